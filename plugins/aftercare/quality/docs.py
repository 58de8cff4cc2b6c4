"""Data docs: a page per load in one folder, with a list of all pages.

Great Expectations builds a whole site each time and forgets what it did not judge itself, so its
page is built aside and added to those that are there. Its pages fetch styles, scripts and a logo
from half a dozen places in the internet; here they are made to stand alone.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aftercare.settings import PROJECT

KEPT_DAYS = 62
VIEW = {"module_name": "aftercare.quality.docs_view"}
TEMPLATES = PROJECT / "include" / "templates" / "docs"
STYLE = "bootstrap-4.3.1.min.css"
FOREIGN = (
    re.compile(r"<script\b.*?</script>", re.DOTALL),
    re.compile(r"<(?:link|img)\b[^>]*(?:https?:|/static/)[^>]*>", re.DOTALL),
    re.compile(r"<p>Stay current on everything GX.*?</p>", re.DOTALL),
)
# What only works with its scripts is hidden; its signs come from a font that is not there.
HIDDEN = (
    "<style>.card:has(.btn-group-toggle), [data-toggle=collapse] { display: none } "
    ".fas { font-style: normal } .fa-check-circle::before { content: '✓' } "
    ".fa-times::before { content: '✕' } .fa-exclamation-triangle::before { content: '!' }</style>"
)


def keep_docs(context: Any, folder: Path) -> None:
    """Adds the pages of a context's results to a folder and lists all of them in its index.

    Pages of more than ``KEPT_DAYS`` days per feed are deleted, the oldest first. Several
    processes may add pages at the same time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as aside:
        context.add_data_docs_site(
            "docs",
            {
                "class_name": "SiteBuilder",
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": aside,
                },
                "site_index_builder": {
                    "class_name": "DefaultSiteIndexBuilder",
                    "validation_results_limit": 1,
                    "view": {**VIEW, "class_name": "IndexView"},
                },
                "site_section_builders": {
                    section: {"view": {**VIEW, "class_name": "PageView"}}
                    for section in ("expectations", "validations", "profiling")
                },
            },
        )
        context.build_data_docs()
        for built in Path(aside).rglob("*.html"):
            place = built.relative_to(aside)
            if place.name != "index.html":
                style = os.path.relpath(STYLE, place.parent)
                _write(folder / place, _alone(built.read_text(encoding="utf-8"), style))
    shutil.copyfile(TEMPLATES / STYLE, folder / STYLE)
    for feed in (folder / "validations").iterdir():
        for day in sorted(feed.iterdir())[:-KEPT_DAYS]:
            shutil.rmtree(day, ignore_errors=True)
    _write_index(folder)


def _alone(page: str, style: str) -> str:
    """A page that needs nothing but our stylesheet."""
    for foreign in FOREIGN:
        page = foreign.sub("", page)
    return page.replace("</head>", f'<link rel="stylesheet" href="{style}">{HIDDEN}</head>', 1)


def _write(path: Path, text: str) -> None:
    """Whole or not at all: somebody may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(unfinished).chmod(0o644)
    Path(unfinished).replace(path)


def _write_index(folder: Path) -> None:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    pages = sorted(_pages(folder), key=lambda page: (page["day"], page["name"]), reverse=True)
    text = environment.get_template("index.html").render(pages=pages)
    _write(folder / "index.html", text)


def _pages(folder: Path) -> Iterator[dict[str, str]]:
    for path in folder.glob("validations/*/*/*/*.html"):
        yield {
            "name": path.stem.removeprefix("warehouse-"),
            "day": path.parent.parent.name,
            "href": path.relative_to(folder).as_posix(),
        }
