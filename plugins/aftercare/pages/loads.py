"""The page of recent runs: loads whose counts add up, and what each step counted."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from aftercare.pages.site import Site, language_of, render
from aftercare.pages.words import WORDS
from aftercare.stages.cases import READERS, stores_of
from aftercare.warehouse import run
from aftercare.words import LOAD_PARTS, word

ROLES = (*READERS, "hr")
DAYS = 14


def loads_router(site: Site, user: Callable[..., Any]) -> APIRouter:
    """The page as a router; ``user`` is a FastAPI dependency."""
    router = APIRouter(prefix="/loads", default_response_class=HTMLResponse)
    User = Annotated[str, Depends(user)]  # noqa: N806 - a type

    @router.get("")
    def loads_page(
        request: Request, name: User, day: Annotated[date | None, Query()] = None
    ) -> HTMLResponse:
        engine = site.engine()
        if not stores_of(engine, name, site.today(), ROLES):
            text = word(WORDS, "no_role", language_of(request), user=name)
            raise HTTPException(403, text)
        with engine.connect() as connection:
            days = list(run(connection, "quality/list_load_days", most=DAYS).scalars())
            chosen = day or (days[0] if days else None)
            loads = (
                run(connection, "quality/list_loads", day=chosen).mappings().all() if chosen else []
            )
            reports = (
                run(connection, "quality/list_reports", partition_key=str(chosen)).mappings().all()
                if chosen
                else []
            )
        return render(
            site,
            request,
            "loads/list.html",
            days=days,
            chosen=chosen,
            loads=[_with_difference(dict(load)) for load in loads],
            reports=[dict(report) for report in reports],
            parts=LOAD_PARTS,
        )

    return router


def _with_difference(load: dict[str, Any]) -> dict[str, Any]:
    """The load with what its parts lack to its rows; None while any of them is not known."""
    parts = [load[part] for part in LOAD_PARTS]
    is_known = load["pulled"] is not None and None not in parts
    return {**load, "difference": load["pulled"] - sum(parts) if is_known else None}
