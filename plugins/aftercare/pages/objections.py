"""Objections on the pages of a month: raised in an employee's name, answered by HR.

What is shown stands on the pages of the month; here are its parts and what the forms do.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Engine

from aftercare.pages.sight import Sight
from aftercare.pages.site import Site, root_of
from aftercare.reports.objection_marks import words_of
from aftercare.reports.objections import (
    ROWS_NAMED,
    Titles,
    adjusted_figure,
    adjustment_texts,
    objection_texts,
)
from aftercare.reports.scorecard_words import Words
from aftercare.rules.kpis import STORE
from aftercare.stages.adjustments import list_adjustments
from aftercare.stages.ladder import settle_ladder
from aftercare.stages.objections import (
    answer_objection,
    list_objections,
    objection_until,
    raise_objection,
)
from aftercare.warehouse import run


def objections_router(
    site: Site, user: Callable[..., str], may_write: Callable[..., None]
) -> APIRouter:
    """What the forms of the month's pages are sent to; who may do it, the stage says."""
    router = APIRouter(prefix="/scorecards", default_response_class=HTMLResponse)
    User = Annotated[str, Depends(user)]  # noqa: N806 - a type

    def back(request: Request, month: str) -> RedirectResponse:
        asked = {key: request.query_params[key] for key in ("lang",) if key in request.query_params}
        query = f"?{urlencode(asked)}" if asked else ""
        month_page = f"{root_of(request)}/scorecards/{quote(month, safe='')}"
        return RedirectResponse(f"{month_page}{query}#objections", 303)

    @router.post("/{month}/objections", dependencies=[Depends(may_write)])
    def raise_one(
        request: Request,
        month: str,
        name: User,
        employee_no: Annotated[str, Form(max_length=40)],
        about: Annotated[str, Form(max_length=200)],
        words: Annotated[str, Form(max_length=2000)] = "",
        scorecard_id: Annotated[str, Form(max_length=200)] = "",
    ) -> RedirectResponse:
        raise_objection(
            site.engine(),
            site.group(),
            site.policy(),
            month,
            employee_no,
            about,
            words,
            name,
            site.today(),
            scorecard_id,
        )
        return back(request, month)

    @router.post("/{month}/objections/{objection_id}/answer", dependencies=[Depends(may_write)])
    def answer_one(
        request: Request,
        month: str,
        objection_id: int,
        name: User,
        verdict: Annotated[Literal["uphold", "dismiss"], Form()],
        words: Annotated[str, Form(max_length=2000)] = "",
    ) -> RedirectResponse:
        answer_objection(site.engine(), objection_id, verdict, words, name, site.today())
        settle_ladder(site.engine(), site.group(), site.policy())
        return back(request, month)

    return router


def month_parts(
    site: Site, engine: Engine, month: str, titles: Titles, words: Words, sight: Sight
) -> dict[str, Any]:
    """Objections and adjustments of a month that somebody may see, for its page."""
    say = words_of(words)
    objections = _seen(list_objections(engine, month), sight)
    adjustments = _seen(list_adjustments(engine, month, most=ROWS_NAMED), sight)
    told: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in adjustments:
        whose = row["store_code"] if row["credit"] == STORE else row["scorecard_id"]
        key = (whose, row["kpi_id"], row["noticed_on"], row["ended_on"])
        told.setdefault(key, adjustment_texts(row, titles, say))
    return {
        "say": say,
        "objections": [
            objection_texts(row, titles, say, site.today())
            | {
                "id": row["objection_id"],
                "is_open": row["state"] == "open",
                "may_answer": sight.is_hr_of(row["store_code"]),
                "words": row["words"],
                "by": _by(row, "raised", sight, say),
                "answer": row["answer"] or "",
                "answered": _by(row, "answered", sight, say) if row["answered_by"] else "",
            }
            for row in objections
        ],
        "adjustments": list(told.values()),
        "adjusted": {
            (row["scorecard_id"], row["kpi_id"]): say(
                "adjusted_to", figure=adjusted_figure(row, "new", say)
            )
            for row in adjustments
            if row["ending"] is None
        },
        "window": window_words(site, engine, month, say),
    }


def line_parts(
    site: Site, engine: Engine, month: str, scorecard_id: str, kpi_id: str, words: Words
) -> dict[str, Any]:
    """What the page of one line says of its adjustments and of objecting to it."""
    say = words_of(words)
    return {
        "say": say,
        "adjustments": [
            adjustment_texts(row, {}, say)
            for row in list_adjustments(
                engine, month, most=ROWS_NAMED, kpi_id=kpi_id, scorecard_id=scorecard_id
            )
        ],
        "window": window_words(site, engine, month, say),
        "scorecard_id": scorecard_id,
        "kpi_id": kpi_id,
    }


def window_words(site: Site, engine: Engine, month: str, say: Words) -> tuple[bool, str]:
    """Whether an objection is taken today, and until when; no day before the publication."""
    with engine.connect() as connection:
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
    published_at = known["published_at"] if known else None
    last_day = objection_until(site.policy(), site.group(), month, published_at)
    if last_day is None:
        return True, ""
    is_open = site.today() <= last_day
    return is_open, say("page_until" if is_open else "page_over", day=last_day)


def _seen(rows: Sequence[dict[str, Any]], sight: Sight) -> list[dict[str, Any]]:
    return [row for row in rows if sight.covers(row["store_code"], row["employee_no"])]


def _by(row: dict[str, Any], act: str, sight: Sight, say: Words) -> str:
    """Who raised or answered it and when; the employee is told the day alone, as by mail."""
    if not sight.leads(row["store_code"]):
        return str(row[f"{act}_on"])
    return say("by_on", user=row[f"{act}_by"], day=row[f"{act}_on"])
