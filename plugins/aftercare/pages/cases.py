"""Pages of the stewards: open cases with filters, one case, and deciding about one or many."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Engine

from aftercare.pages.site import Site, language_of, render
from aftercare.pages.words import WORDS
from aftercare.quality.words import OWNERS, STATES
from aftercare.sources.feeds import FEEDS
from aftercare.stages.cases import (
    STEWARDS,
    Action,
    CaseFilter,
    count_cases,
    decide,
    describe_case,
    list_cases,
    stores_of,
)
from aftercare.words import word

PAGE_SIZE = 50
WAIVER_DAYS = 30
SETTLE_COMMAND = "aftercare cases settle"


class _Filters:
    """What the list is asked for, from the address."""

    def __init__(
        self,
        store: Annotated[str, Query(max_length=40)] = "",
        feed: Annotated[str, Query(max_length=40)] = "",
        rule: Annotated[str, Query(max_length=10)] = "",
        owner: Annotated[str, Query(max_length=20)] = "",
        state: Annotated[str, Query(max_length=20)] = "open",
        days: Annotated[str, Query(pattern=r"^\d{0,4}$")] = "",
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> None:
        self.store, self.feed, self.rule = store, feed, rule
        self.owner, self.state, self.days, self.page = owner, state, days, page

    def query(self, **changes: object) -> str:
        """The address's part after the question mark, with changes."""
        return urlencode({name: value for name, value in (vars(self) | changes).items() if value})

    @property
    def actions(self) -> tuple[str, ...]:
        """What can be done with cases of the state that is listed."""
        return _actions(self.state)

    @property
    def chosen(self) -> CaseFilter:
        return CaseFilter(
            store_code=self.store or None,
            feed=self.feed or None,
            rule_id=self.rule or None,
            owner=self.owner or None,
            state=None if self.state == "all" else self.state,
            min_age_days=int(self.days or 0),
        )


class _Decision:
    """A filled-in form."""

    def __init__(
        self,
        action: Annotated[Action, Form()],
        reason_code: Annotated[str, Form(max_length=40)],
        comment: Annotated[str, Form(max_length=2000)] = "",
        rule_id: Annotated[str, Form(max_length=10)] = "*",
        expires_on: Annotated[date | None, Form()] = None,
    ) -> None:
        self.action, self.reason_code = action, reason_code
        self.comment, self.rule_id, self.expires_on = comment.strip() or None, rule_id, expires_on


def _actions(state: str) -> tuple[str, ...]:
    return {
        "open": ("release", "waive"),
        "released": ("reopen",),
        "waived": ("release", "waive", "reopen"),
        "resent": (),
    }.get(state, ("release", "waive", "reopen"))


def _is_part(request: Request) -> bool:
    """Whether htmx asks for a part of the page; going back in history it wants a whole one."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers


def cases_router(site: Site, user: Callable[..., Any], may_write: Callable[..., None]) -> APIRouter:
    """The pages as a router; ``user`` and ``may_write`` are FastAPI dependencies."""
    router = APIRouter(prefix="/cases", default_response_class=HTMLResponse)
    User = Annotated[str, Depends(user)]  # noqa: N806 - a type

    def seen(request: Request, name: str) -> tuple[Engine, list[str]]:
        engine = site.engine()
        stores = stores_of(engine, name, site.today())
        if not stores:
            text = word(WORDS, "no_role", language_of(request), user=name)
            raise HTTPException(403, text)
        return engine, stores

    def may_decide(engine: Engine, name: str) -> bool:
        return bool(stores_of(engine, name, site.today(), STEWARDS))

    def listed(request: Request, name: str, filters: _Filters, message: str = "") -> HTMLResponse:
        engine, stores = seen(request, name)
        skipped = (filters.page - 1) * PAGE_SIZE
        rows = list_cases(
            engine, stores, site.today(), filters.chosen, most=PAGE_SIZE, skipped=skipped
        )
        return render(
            site,
            request,
            "cases/list_part.html" if _is_part(request) else "cases/list.html",
            rows=rows,
            found=rows[0]["found"] if rows else 0,
            first=skipped + 1,
            filters=filters,
            actions_now=filters.actions,
            counts=count_cases(engine, stores),
            feed_names=list(FEEDS),
            state_names=list(STATES),
            owner_names=list(OWNERS),
            may_decide=may_decide(engine, name),
            default_until=site.today() + timedelta(days=WAIVER_DAYS),
            today=site.today(),
            message=message,
        )

    def shown(request: Request, name: str, case_id: int, message: str = "") -> HTMLResponse:
        engine, stores = seen(request, name)
        case = describe_case(engine, stores, site.today(), case_id)
        return render(
            site,
            request,
            "cases/case_part.html" if _is_part(request) else "cases/case.html",
            case=case,
            actions_now=_actions(case["state"]) if case["is_releasable"] else (),
            may_decide=may_decide(engine, name),
            default_until=site.today() + timedelta(days=WAIVER_DAYS),
            today=site.today(),
            message=message,
        )

    def decided(request: Request, name: str, case_ids: list[int], form: _Decision) -> str:
        done = decide(
            site.engine(),
            case_ids,
            form.action,
            name,
            site.today(),
            form.reason_code,
            form.comment,
            form.rule_id,
            form.expires_on if form.action == "waive" else None,
        )
        language = language_of(request)
        text = word(WORDS, "decided", language, count=len(done.states), command=SETTLE_COMMAND)
        still_open = sum(state == "open" for state in done.states.values())
        if form.action != "reopen" and still_open:
            text += " " + word(WORDS, "still_open", language, count=still_open)
        return text

    @router.get("")
    def list_page(
        request: Request, name: User, filters: Annotated[_Filters, Depends()]
    ) -> HTMLResponse:
        return listed(request, name, filters)

    @router.get("/{case_id}")
    def case_page(request: Request, name: User, case_id: int) -> HTMLResponse:
        return shown(request, name, case_id)

    @router.post("/decisions", dependencies=[Depends(may_write)])
    def decide_many(
        request: Request,
        name: User,
        filters: Annotated[_Filters, Depends()],
        form: Annotated[_Decision, Depends()],
        case_id: Annotated[list[int], Form()],
    ) -> HTMLResponse:
        seen(request, name)
        return listed(request, name, filters, decided(request, name, case_id, form))

    @router.post("/{case_id}/decisions", dependencies=[Depends(may_write)])
    def decide_one(
        request: Request, name: User, case_id: int, form: Annotated[_Decision, Depends()]
    ) -> HTMLResponse:
        seen(request, name)
        return shown(request, name, case_id, decided(request, name, [case_id], form))

    return router
