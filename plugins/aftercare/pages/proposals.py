"""Pages of a scored month: scorecards whose numbers lead to their rows, and proposals to decide.

Who somebody is, the site says (Airflow); what they may see stands in ``ops.user_role``: hr sees
all, a manager their stores, a person with an employee number, once the month is published, their own.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Engine

from aftercare.errors import Fatal
from aftercare.given_reasons import given_reasons
from aftercare.pages.objections import line_parts, month_parts
from aftercare.pages.sight import Sight, is_published, seen_proposals, sight_of
from aftercare.pages.site import Site, language_of, render, root_of
from aftercare.proposal_rows import REWARD, SANCTION
from aftercare.reports.evidence_commands import evidence_command
from aftercare.reports.objection_marks import marked, proposal_mark, words_of
from aftercare.reports.overturned import overturned_hints
from aftercare.reports.scorecard_conclusion import conclusion
from aftercare.reports.scorecard_points import point_cells
from aftercare.reports.scorecard_report import (
    NOTHING,
    STYLES,
    Person,
    ScorecardReport,
    shown,
    symbol,
)
from aftercare.reports.scorecard_rewards import rank_words, reward_notes, reward_reason
from aftercare.reports.scorecard_targets import target_cells, target_headings
from aftercare.reports.scorecard_view import (
    month_title,
    notices,
)
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.rules.figure_titles import figure_titles
from aftercare.rules.kpis import STORE
from aftercare.rules.sanctions import reason_in
from aftercare.stages.ladder import list_withdrawn, settle_ladder
from aftercare.stages.proposals import decide, list_proposals
from aftercare.stages.publish import report_of
from aftercare.stages.scorecards import evidence, lines_behind
from aftercare.warehouse import run


def proposals_router(
    site: Site, user: Callable[..., str], may_write: Callable[..., None]
) -> APIRouter:
    """The pages as a router; ``user`` and ``may_write`` are FastAPI dependencies.

    ``user`` gives the name of who is logged in; ``may_write`` refuses requests of other sites.
    """
    router = APIRouter(prefix="/scorecards", default_response_class=HTMLResponse)
    User = Annotated[str, Depends(user)]  # noqa: N806 - a type

    def seen(request: Request, name: str) -> tuple[Engine, Sight, Words]:
        engine, words = site.engine(), read_words(language_of(request))
        sight = sight_of(engine, name, site.today())
        if sight.is_nothing:
            raise HTTPException(403, words("page_nothing_to_see"))
        return engine, sight, words

    @router.get("/")
    def months(request: Request, name: User) -> HTMLResponse:
        engine, sight, words = seen(request, name)
        with engine.connect() as connection:
            found = [
                dict(row)
                for row in run(connection, "score/list_months").mappings()
                if not sight.of_month(row["is_published"]).is_nothing
            ]
        return render(site, request, "proposals/months.html", words=words, months=found)

    @router.get("/{month}")
    def month_page(
        request: Request, month: str, name: User, decided: Annotated[str, Query()] = ""
    ) -> HTMLResponse:
        return _month(request, site, *seen(request, name), month, decided)

    @router.get("/{month}/{scorecard_id}/{kpi_id}")
    def evidence_page(
        request: Request, month: str, scorecard_id: str, kpi_id: str, name: User
    ) -> HTMLResponse:
        engine, sight, words = seen(request, name)
        with engine.connect() as connection:
            card = run(connection, "score/get_scorecard", scorecard_id=scorecard_id).one_or_none()
        sight = sight.of_month(is_published(engine, month))
        if (
            card is None
            or card.month != month
            or not sight.covers(card.store_code, card.employee_no)
        ):
            raise HTTPException(404, words("page_nothing_to_see"))
        rows = _told(lambda: evidence(engine, scorecard_id, kpi_id))
        titles = figure_titles(site.policy())
        excluded = sum(row["is_excluded"] for row in rows)
        return render(
            site,
            request,
            "proposals/evidence.html",
            words=words,
            month=month,
            titles=titles,
            given=_given(site, engine, [(row["row_kind"], row["row_key"]) for row in rows], words),
            title=words(
                "page_evidence_title",
                name=f"{card.employee_name} {card.employee_no}",
                kpi=titles[kpi_id][words.language] if kpi_id in titles else kpi_id,
                month=month,
            ),
            counts=words(
                "page_counts",
                numerator=sum(row["is_numerator"] and not row["is_excluded"] for row in rows),
                denominator=len(rows) - excluded,
                excluded=excluded,
            ),
            command=evidence_command(month, card.employee_no, kpi_id),
            **line_parts(site, engine, month, scorecard_id, kpi_id, words),
            employee_no=card.employee_no,
            # Whoever leads the store, in the employee's name, and the employee.
            form_title="page_raise" if sight.leads(card.store_code) else "page_raise_own",
            lines=[
                {**row, "words": words.reason(row["reason"]), "counts": _counts(row, words)}
                for row in lines_behind(engine, scorecard_id, kpi_id)
            ],
            rows=[
                {**row, "words": words.reason(row["reason"])}
                for row in rows
                if row["row_kind"] != "scorecard_line"
            ],
        )

    @router.post("/{month}/decisions", dependencies=[Depends(may_write)])
    def decide_one(
        request: Request,
        month: str,
        name: User,
        proposal_id: Annotated[str, Form()],
        decision: Annotated[Literal["approve", "reject"], Form()],
        comment: Annotated[str, Form(max_length=2000)] = "",
    ) -> RedirectResponse:
        engine, sight, words = seen(request, name)
        if not sight.stores:
            # The answer would tell which proposals there are.
            raise HTTPException(403, words("page_nothing_to_decide"))
        group, policy = site.group(), site.policy()
        decide(engine, group, policy, [proposal_id], decision, comment, name, site.today())
        settle_ladder(engine, group, policy)
        # The page that is shown next can be loaded again without deciding again.
        asked = {key: request.query_params[key] for key in ("lang",) if key in request.query_params}
        query = urlencode({"decided": proposal_id} | asked)
        return RedirectResponse(
            f"{root_of(request)}/scorecards/{quote(month, safe='')}?{query}", 303
        )

    return router


def _given(
    site: Site, engine: Engine, rows: list[tuple[str, str]], words: Words
) -> dict[tuple[str, str], str]:
    """Who rated or nominated and why, by kind and key of the row."""
    return {
        row: words(
            "page_given_reason" if found.words else "page_given_reason_sealed",
            name=f"{found.by_name} {found.by_no}",
            why=found.words or "",
        )
        for row, found in given_reasons(engine, site.keyring, rows).items()
    }


def _month(
    request: Request,
    site: Site,
    engine: Engine,
    sight: Sight,
    words: Words,
    month: str,
    decided: str,
) -> HTMLResponse:
    report = _told(lambda: report_of(engine, site.group(), site.policy(), month, evidence_rows=0))
    sight = sight.of_month(is_published(engine, month))
    if sight.is_nothing:
        raise HTTPException(404, words("page_not_published", month=month))
    everything = [
        row
        | {
            "words": reward_reason(row, words)
            if row["kind"] == REWARD
            else reason_in(row["reason"], words.language),
            "rank": rank_words(row, words),
            "frozen": proposal_mark(report, row["proposal_id"], words),
            "hints": overturned_hints(row, words_of(words)),
        }
        for row in seen_proposals(list_proposals(engine, month), sight)
    ]
    led = [(kind, key) for row in everything if row["is_led"] for kind, key in row["rows_behind"]]
    proposals = [row for row in everything if row["kind"] == SANCTION]
    rewards = [row for row in everything if row["kind"] == REWARD]
    is_all = sight.leads_all
    return render(
        site,
        request,
        "proposals/month.html",
        words=words,
        month=month,
        given=_given(site, engine, led, words),
        title=words("title", month=month_title(month, words)),
        message=next(
            (
                words("page_decided", proposal=decided, decision=words(row["decision"]))
                for row in everything
                if row["proposal_id"] == decided and row["decision"]
            ),
            "",
        ),
        conclusion=conclusion(report, words) if is_all else [],
        notices=notices(report, words),
        titles=[
            report.rows.titles[kpi][words.language]
            for kpi in (*report.kpi_ids, *report.coefficient_ids)
        ],
        point_titles=[report.rows.titles[item][words.language] for item in report.point_groups],
        points=[
            {"person": person, "cells": cells}
            for person in report.people
            if sight.covers(person.store_code, person.employee_no)
            and any(cells := point_cells(person, report, words))
        ],
        target_titles=target_headings(report, words),
        targets=[
            {"person": person, "cells": entries}
            for person in report.people
            if sight.covers(person.store_code, person.employee_no)
            and any(entries := target_cells(person, report, words))
        ],
        people=[
            {"person": person, "cells": figures}
            for person in report.people
            if sight.covers(person.store_code, person.employee_no)
            and any(figures := _cells(person, report, words))
        ],
        proposals=proposals,
        leads=bool(sight.stores),
        rewards=rewards,
        reward_notes=reward_notes(report.rows.reward_notes, words) if is_all else [],
        withdrawn=[
            row
            | {
                "words": reason_in(row["words"], words.language),
                "was": reason_in(row["reason"], words.language),
            }
            for row in list_withdrawn(engine, month)
            if sight.leads(row["store_code"])
        ],
        **month_parts(site, engine, month, report.rows.titles, words, sight),
    )


def _counts(line: Mapping[str, Any], words: Words) -> str:
    """What a line counted, of what, and what it left out; nothing where it is not counted."""
    if line["numerator"] is None or line["denominator"] is None:
        return ""
    counts = f"{shown(line['numerator'], '')}/{shown(line['denominator'], '')}"
    if not line["excluded"]:
        return counts
    return f"{counts} · {words('left_out', count=shown(line['excluded'], ''))}"


def _cells(person: Person, report: ScorecardReport, words: Words) -> list[dict[str, Any] | None]:
    cells: list[dict[str, Any] | None] = []
    for kpi in (*report.kpi_ids, *report.coefficient_ids):
        line = person.lines.get(kpi)
        if line is None:
            cells.append(None)
            continue
        is_coefficient = kpi in report.coefficient_ids
        mark = symbol(line["is_target_met"])
        cells.append(
            {
                "kpi_id": kpi,
                "value": shown(line["coefficient"], "")
                if is_coefficient
                else shown(line["value"], line["unit"]),
                "detail": (
                    f"{shown(line['value'], line['unit'])}"
                    if is_coefficient
                    else f"{line['numerator']:f}/{line['denominator']:f}"
                )
                + (
                    f" · {words('left_out', count=shown(line['excluded'], ''))}"
                    if line["excluded"]
                    else ""
                ),
                "symbol": "" if is_coefficient or mark == NOTHING else mark,
                "style": STYLES[mark],
                "note": line["note"],
                "frozen": marked("", report, person.scorecard_id, kpi, words),
                "is_store": line["credit"] == STORE,
            }
        )
    return cells


def _told(act: Callable[[], Any]) -> Any:
    """Runs it; an error that a person can act on becomes a page that says it."""
    try:
        return act()
    except Fatal as problem:
        raise HTTPException(404, str(problem)) from None
