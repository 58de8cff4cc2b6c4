"""All documents of a month, beside the same contents made bare with the same libraries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from functools import partial
from multiprocessing import get_context
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Engine

from aftercare.demo.postgres import EmbeddedPostgres
from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_report import MonthRows, ScorecardReport
from aftercare.reports.scorecard_view import view
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook
from aftercare.reports.statement import statement_texts
from aftercare.reports.store_mail import store_texts
from aftercare.rules.policy import Policy
from aftercare.settings import Language
from aftercare.stages.month_mails import BATCH, STORES_AT_ONCE
from bench.bare_documents import BareMails, bare_pdf, bare_workbook, read_cells, values
from bench.documents_made import MonthDocuments, in_parts, peaks_of
from bench.history import POLICY, copied
from bench.results import DifferentWork, Result, timed
from bench.sizes import Size

LIMIT = 1.3
MEMORY_LIMIT = 1.1
STORES, STATEMENTS, WORKBOOK, PDF = PARTS = ("store mails", "statements", "workbook", "PDF")
Rows = TypeVar("Rows")
Content = TypeVar("Content")
Made = TypeVar("Made")


@dataclass
class _Taken:
    """Seconds of ours and of the reference by part, and how many documents there were."""

    ours: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    reference: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))
    documents: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))

    def measure(
        self,
        part: str,
        ours: Callable[[], tuple[Rows, Made]],
        ready: Callable[[Rows, Made], Content],
        bare: Callable[[Content], Made],
        digest: Callable[[Made], tuple[int, str]],
    ) -> None:
        """Ours from the rows on, then the bare one from ready contents on, which take no time here.

        Raises DifferentWork unless both say the same.
        """
        made: list[tuple[Rows, Made]] = []
        self.ours[part] += timed(lambda: made.append(ours()))
        content, again = ready(*made[0]), []
        self.reference[part] += timed(lambda: again.append(bare(content)))
        number, expected = digest(made[0][1])
        if digest(again[0]) != (number, expected):
            raise DifferentWork(f"{part} and those that were made bare say different things")
        self.documents[part] += number


def bench_documents(server: EmbeddedPostgres, template: str, size: Size) -> Iterator[Result]:
    """By turns over some hundred mails at a time, on a copy of a warehouse with a published month."""
    runs = []
    with copied(server, template, f"{template}_told") as engine:
        for _ in range(size.runs):
            runs.append(_taken(engine))
        peaks = peaks_of(engine.url.render_as_string(hide_password=False))
    made, middle = runs[0].documents, size.runs // 2
    yield Result(
        "documents of a month",
        f"{made[STATEMENTS]:,} statements, {made[STORES]:,} store mails, HR's workbook and PDF",
        [sum(run.ours.values()) for run in runs],
        [sum(run.reference.values()) for run in runs],
        LIMIT,
        parts={
            part: (
                sorted(run.ours[part] for run in runs)[middle],
                sorted(run.reference[part] for run in runs)[middle],
            )
            for part in PARTS
        },
    )
    yield Result(
        "documents of a month, memory",
        f"peak after all and after half of {made[STATEMENTS] + made[STORES]:,} mails; "
        f"with HR's workbook and PDF {peaks.with_hr:,.0f} MB",
        [peaks.after_all],
        [peaks.after_half],
        MEMORY_LIMIT,
        unit="MB",
    )


def _taken(engine: Engine) -> _Taken:
    taken, bare, policy = _Taken(), BareMails(), Policy.load(POLICY)
    began = perf_counter()
    month = MonthDocuments(engine, policy)
    taken.ours[STORES] += perf_counter() - began
    language: Language = month.language
    for stores in in_parts(month.stores, STORES_AT_ONCE):
        taken.measure(
            STORES,
            partial(month.store_mails, stores),
            lambda rows, _made: [store_texts(one, language) for one in rows],
            partial(bare.messages, "store"),
            _mails_digest,
        )
    for people in in_parts(month.people, BATCH):
        taken.measure(
            STATEMENTS,
            partial(month.statement_mails, people),
            lambda rows, _made: [statement_texts(one, language) for one in rows],
            partial(bare.messages, "statement"),
            _mails_digest,
        )
    words = read_words(language)
    reports: list[ScorecardReport] = []

    def workbook() -> tuple[ScorecardReport, bytes]:
        reports.append(month.report())
        return reports[0], scorecard_workbook(reports[0], words)

    taken.measure(
        WORKBOOK,
        workbook,
        lambda _report, content: read_cells(content),
        lambda cells: bare_workbook(*cells),
        lambda content: (1, _digest(values(read_cells(content)[0]))[1]),
    )
    rows = replace(reports[0].rows, evidence=())
    seconds, made = _apart(_pdf, rows, language)
    texts = json.dumps(view(reports[0], words), ensure_ascii=False)
    bare_seconds, bare_made = _apart(bare_pdf, texts)
    if _digest(_undated(made)) != _digest(_undated(bare_made)):
        raise DifferentWork("the PDF and the one that was made bare say different things")
    taken.ours[PDF], taken.reference[PDF], taken.documents[PDF] = seconds, bare_seconds, 1
    return taken


def _pdf(rows: MonthRows, language: Language) -> bytes:
    return scorecard_pdf(ScorecardReport(rows), read_words(language))


def _apart(work: Callable[..., bytes], *given: Any) -> tuple[float, bytes]:
    """Seconds and outcome in a process of its own: the typesetter remembers what it set before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed_outcome, work, *given).result()


def _timed_outcome(work: Callable[..., bytes], *given: Any) -> tuple[float, bytes]:
    began = perf_counter()
    made = work(*given)
    return perf_counter() - began, made


def _mails_digest(messages: Iterable[EmailMessage]) -> tuple[int, str]:
    return _digest("\n".join(_texts(message)) for message in messages)


def _texts(message: EmailMessage) -> Iterator[str]:
    yield str(message["Subject"])
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        yield str(body.get_content()) if body is not None else ""


def _undated(pdf: bytes) -> Iterator[bytes]:
    """A PDF without the lines that say when it was set, and the name that it has from that."""
    for part in pdf.split(b"\n"):
        if not any(mark in part for mark in (b"/CreationDate", b"<?xpacket", b"/ID[")):
            yield part


def _digest(texts: Iterable[Any]) -> tuple[int, str]:
    number, digest = 0, hashlib.sha256()
    for text in texts:
        digest.update(str(text).encode())
        number += 1
    return number, digest.hexdigest()
