"""The site: every page behind the entrance's login, every write from a page of its own."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from aftercare.errors import AftercareError, BadData, NotAllowed
from aftercare.pages.cases import cases_router
from aftercare.pages.loads import loads_router
from aftercare.pages.objections import objections_router
from aftercare.pages.proposals import proposals_router
from aftercare.pages.site import Section, Site, language_of, render, root_of
from aftercare.pages.words import WORDS
from aftercare.stages.cases import stores_of
from aftercare.words import word

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
STATIC_FILES = {path.name: path for path in STATIC.iterdir() if path.suffix in (".css", ".js")}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "frame-ancestors 'self'; form-action 'self'; base-uri 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
SECTIONS = (
    Section("/cases", "待处理案例", "Cases"),
    Section("/loads", "最近运行", "Recent runs"),
    Section("/scorecards/", "评分与建议", "Scorecards"),
)


def create_app(site: Site, user: Callable[..., Any], login_url: Callable[[str], str]) -> FastAPI:
    """The pages as an app.

    ``user`` is a FastAPI dependency that gives the name of who is logged in and refuses everybody
    who may not come in (401, 403), writes included; it stands before every page. ``login_url``
    says where a browser logs in and then comes back to the given address.
    """
    app = FastAPI(
        title="Aftercare",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(user)],
    )
    site = replace(site, sections=SECTIONS)
    # A new page is one more line here, and one in SECTIONS if it has an entry of its own.
    app.include_router(cases_router(site, user, same_site))
    app.include_router(loads_router(site, user))
    app.include_router(proposals_router(site, user, same_site))
    app.include_router(objections_router(site, user, same_site))

    @app.get("/")
    def home(request: Request, name: str = Depends(user)) -> RedirectResponse:
        """The first page of a person's role: cases for those who may see them, else scorecards."""
        page = "/cases" if stores_of(site.engine(), name, site.today()) else "/scorecards/"
        return RedirectResponse(root_of(request) + page)

    @app.get("/static/{name}")
    def static(name: str) -> FileResponse:
        if name not in STATIC_FILES:
            raise HTTPException(404)
        return FileResponse(STATIC_FILES[name], headers={"Cache-Control": "max-age=3600"})

    @app.middleware("http")
    async def add_headers(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    _handle_problems(app, site, login_url)
    return app


def same_site(request: Request) -> None:
    """Refuses a write that another site's page could have sent with the user's cookie.

    The cookie alone proves nothing: browsers send it along. They also say where a request comes
    from, which a page cannot forge; what says nothing is refused.
    """
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        if fetched_from == "same-origin":
            return
    else:
        origin = urlsplit(request.headers.get("origin", ""))
        if origin.netloc and origin.netloc == request.headers.get("host"):
            return
    raise HTTPException(403, word(WORDS, "same_site", language_of(request)))


def _handle_problems(app: FastAPI, site: Site, login_url: Callable[[str], str]) -> None:
    def page(request: Request, title: str, text: str, status: int) -> HTMLResponse:
        if request.headers.get("hx-request"):
            return render(site, request, "problem_part.html", status, title=title, text=text)
        return render(site, request, "problem.html", status, title=title, text=text)

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, problem: StarletteHTTPException) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if problem.status_code == 401 and request.method == "GET" and wants_page:
            return RedirectResponse(login_url(str(request.url)), 303)
        if not wants_page and not request.headers.get("hx-request"):
            return HTMLResponse("", problem.status_code)
        key = "not_found" if problem.status_code == 404 else "refused"
        language = language_of(request)
        return page(request, word(WORDS, key, language), str(problem.detail), problem.status_code)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, problem: RequestValidationError) -> Response:
        fields = ", ".join(str(error["loc"][-1]) for error in problem.errors())
        return page(request, word(WORDS, "refused", language_of(request)), fields, 422)

    @app.exception_handler(AftercareError)
    async def told(request: Request, problem: AftercareError) -> Response:
        known = isinstance(problem, (BadData, NotAllowed))
        if not known:
            log.error("%s %s: %s", request.method, request.url.path, problem)
        status = 403 if isinstance(problem, NotAllowed) else 400 if known else 500
        language = language_of(request)
        # Those that people meet often say it in Chinese too.
        text = getattr(problem, "zh", str(problem)) if language == "zh" else str(problem)
        return page(request, word(WORDS, "refused", language), text, status)

    @app.exception_handler(Exception)
    async def broken(request: Request, problem: Exception) -> Response:
        # What broke may quote a row, so only its kind and place are logged here.
        log.error("%s %s: %s", request.method, request.url.path, type(problem).__name__)
        language = language_of(request)
        return page(request, word(WORDS, "refused", language), word(WORDS, "failed", language), 500)
