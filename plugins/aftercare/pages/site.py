"""What all pages stand on: the warehouse, the settings, the language, and one template folder.

Who somebody is, the entrance says (Airflow); what they may do stands in ``ops.user_role``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Engine

from aftercare.errors import ConfigurationError
from aftercare.pages.words import COUNTS, LOAD_STATES, STAGES, WORDS
from aftercare.protection import Keyring
from aftercare.quality import words as quality_words
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT, Group, Language
from aftercare.words import FEEDS, word

TEMPLATES = PROJECT / "include" / "templates" / "pages"


@dataclass(frozen=True)
class Section:
    """An entry of the navigation: its path below the site and its titles."""

    path: str
    zh: str
    en: str


def no_keys() -> Keyring:
    """Of a site without keys: what is sealed stays so, and pages say that it cannot be opened."""
    raise ConfigurationError("these pages have no key ring; give Site its keyring")


@dataclass(frozen=True)
class Site:
    """What the pages stand on; each part is asked anew for every request."""

    engine: Callable[[], Engine]
    group: Callable[[], Group]
    policy: Callable[[], Policy]
    today: Callable[[], date]
    sections: tuple[Section, ...] = ()
    keyring: Callable[[], Keyring] = no_keys


def language_of(request: Request) -> Language:
    """``?lang=`` where it is given, else the browser's first language; Chinese by default."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    first = request.headers.get("accept-language", "").split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "zh"


def root_of(request: Request) -> str:
    """The address below which the pages lie, without a slash at its end."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def render(
    site: Site, request: Request, template: str, status: int = 200, **texts: Any
) -> HTMLResponse:
    """A page; ``t`` gives its words, ``url`` its addresses below the site."""
    language = language_of(request)
    root = root_of(request)
    is_asked = "lang" in request.query_params

    def url(path: str) -> str:
        return f"{root}{path}" + (f"?lang={language}" if is_asked else "")

    html = (
        environment()
        .get_template(template)
        .render(
            language=language,
            zone=site.group().time_zone,
            sections=site.sections,
            here=request.url.path.removeprefix(root),
            root=root,
            url=url,
            is_language_asked=is_asked,
            asked_language=language if is_asked else "",
            t=lambda key, **values: word(WORDS, key, language, **values),
            **texts,
        )
    )
    return HTMLResponse(html, status)


@cache
def environment() -> Environment:
    """Our own: everything is escaped, and a missing name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["record"] = lambda key: " · ".join(part or "—" for part in key.split("|"))
    made.globals.update(
        word=word,
        states=quality_words.STATES,
        owners=quality_words.OWNERS,
        actions=quality_words.ACTIONS,
        reasons=quality_words.REASONS,
        feeds=FEEDS,
        load_states=LOAD_STATES,
        stages=STAGES,
        count_names=COUNTS,
        shown_text=quality_words.shown_text,
        masked_row=quality_words.masked_row,
    )
    return made
