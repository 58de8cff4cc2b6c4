"""Data docs: a page per load in one folder, with a list of all pages.

Great Expectations builds a whole site each time and forgets what it did not judge itself, so its
page is built aside and added to those that are there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aftercare.settings import PROJECT

KEPT_DAYS = 62
TEMPLATES = PROJECT / "include" / "templates" / "docs"


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
                },
            },
        )
        context.build_data_docs()
        # The films of its how-to are four fifths of the site.
        left_out = shutil.ignore_patterns("index.html", "*.gif", "iterative-dev-loop.png")
        shutil.copytree(aside, folder, ignore=left_out, dirs_exist_ok=True)
    for feed in (folder / "validations").iterdir():
        for day in sorted(feed.iterdir())[:-KEPT_DAYS]:
            shutil.rmtree(day, ignore_errors=True)
    _write_index(folder)


def _write_index(folder: Path) -> None:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    pages = sorted(_pages(folder), key=lambda page: (page["day"], page["name"]), reverse=True)
    text = environment.get_template("index.html").render(pages=pages)
    descriptor, unfinished = tempfile.mkstemp(dir=folder, suffix=".html")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(unfinished).chmod(0o644)
    Path(unfinished).replace(folder / "index.html")


def _pages(folder: Path) -> Iterator[dict[str, str]]:
    for path in folder.glob("validations/*/*/*/*.html"):
        yield {
            "name": path.stem.removeprefix("warehouse-"),
            "day": path.parent.parent.name,
            "href": path.relative_to(folder).as_posix(),
        }
