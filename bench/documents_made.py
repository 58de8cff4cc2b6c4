"""A month's documents as the stages make them, without a mail server.

``python -m bench.documents_made``, with the warehouse's address on its input, makes them in a process
of its own, because its peak memory is one of the figures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from typing import Any, TypeVar

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.scorecard_workbook import scorecard_workbook
from aftercare.reports.statement import Statement, statement_message
from aftercare.reports.store_mail import StoreMonth, store_message
from aftercare.rules.policy import Policy
from aftercare.settings import read_group
from aftercare.stages.month_mails import BATCH, STORES_AT_ONCE, list_statements
from aftercare.stages.publish import report_of
from aftercare.told_month import ToldMonth
from bench.history import POLICY
from bench.made_month import MONTH
from bench.own_process import peak_mb, said_by

Item = TypeVar("Item")


class MonthDocuments:
    """The documents of the published month in a warehouse, and the rows that they are made of."""

    def __init__(self, engine: Engine, policy: Policy) -> None:
        self._engine, self._group, self._policy = engine, read_group(), policy
        self.language = self._group.group.language
        told = ToldMonth.of(engine, self._group, policy, MONTH)
        if told is None:
            raise ValueError(f"{MONTH} is not published")
        self._told = told
        self._figures = told.store_figures(engine)
        self._medians = told.medians(engine)
        with engine.connect() as connection:
            found = warehouse.run(connection, "score/list_scored_stores", month=MONTH)
            self.stores: Sequence[Any] = found.all()
        self.people = [row["employee_no"] for row in list_statements(engine, MONTH)]

    def store_mails(self, stores: Sequence[Any]) -> tuple[list[StoreMonth], list[EmailMessage]]:
        """Mails to the managers of some stores."""
        names = {store.store_code: store.store_name for store in stores}
        months = list(self._told.stores(self._engine, names, self._figures).values())
        return months, [store_message(month, self.language) for month in months]

    def statement_mails(self, people: Sequence[str]) -> tuple[list[Statement], list[EmailMessage]]:
        """Statements of some people."""
        found = self._told.statements(self._engine, dict.fromkeys(people, ""), self._medians)
        statements = list(found.values())
        return statements, [statement_message(one, self.language) for one in statements]

    def report(self) -> ScorecardReport:
        """What HR's workbook and PDF say."""
        return report_of(self._engine, self._group, self._policy, MONTH)


@dataclass(frozen=True)
class Peaks:
    """Most memory in MB after half of the mails, after all, and after HR's documents."""

    after_half: float
    after_all: float
    with_hr: float


def in_parts(everything: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    """Some at a time, as the stage reads them."""
    for first in range(0, len(everything), most):
        yield everything[first : first + most]


def peaks_of(url: str) -> Peaks:
    """Makes all documents in a process of its own."""
    return Peaks(**said_by("bench.documents_made", url))


def _make_all(url: str) -> Peaks:
    engine = warehouse.connect(url, statement_timeout_ms=0)
    month = MonthDocuments(engine, Policy.load(POLICY))
    words = read_words(month.language)
    half = (len(month.stores) + len(month.people)) // 2
    made, after_half = 0, 0.0
    for stores in in_parts(month.stores, STORES_AT_ONCE):
        made += len(month.store_mails(stores)[1])
    for people in in_parts(month.people, BATCH):
        made += len(month.statement_mails(people)[1])
        if not after_half and made >= half:
            after_half = peak_mb()
    after_all = peak_mb()
    report = month.report()
    scorecard_workbook(report, words)
    scorecard_pdf(report, words)
    return Peaks(after_half, after_all, peak_mb())


if __name__ == "__main__":
    print(json.dumps(asdict(_make_all(json.load(sys.stdin)))))
