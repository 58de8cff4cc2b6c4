"""Mails of the house: one layout, text and HTML from one set of texts, styles inlined.

Templates stand in ``include/templates/mail``: ``<name>.html`` extends ``layout.html``, ``<name>.txt`` is
the same for programs without HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from aftercare.errors import PipelineFault
from aftercare.reports.mail_headers import MAIL_POLICY
from aftercare.settings import PROJECT

FOLDER = PROJECT / "include" / "templates" / "mail"
HTML_BYTES = 100_000
XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TooLong(PipelineFault):
    """A mail that mail programs would cut."""


@cache
def _templates(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        # Text is no markup: escaping it would show `&amp;` to people.
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def inlined(folder: Path, name: str, texts: Mapping[str, Any]) -> str:
    """The page of a template, its styles inlined as mail programs want them."""
    page = _templates(folder).get_template(f"{name}.html").render(texts)
    return css_inline.inline(page, keep_style_tags=False, load_remote_stylesheets=False)


def mail_html(name: str, texts: Mapping[str, Any]) -> str:
    """A mail's HTML with styles inlined.

    Raises TooLong above the size at which mail programs cut a message.
    """
    html = inlined(FOLDER, name, texts)
    size = len(html.encode())
    if size > HTML_BYTES:
        raise TooLong(f"the mail {name} has {size} bytes, more than {HTML_BYTES}")
    return html


def mail_text(name: str, texts: Mapping[str, Any]) -> str:
    """A mail for programs without HTML."""
    return _templates(FOLDER).get_template(f"{name}.txt").render(texts).strip() + "\n"


def mail_message(
    name: str, texts: Mapping[str, Any], workbooks: Iterable[tuple[str, bytes]] = ()
) -> EmailMessage:
    """The whole message without sender and recipient; ``workbooks`` are file names and contents.

    Raises TooLong as ``mail_html`` does.
    """
    message = EmailMessage(policy=MAIL_POLICY)
    message["Subject"] = texts["subject"]
    message.set_content(mail_text(name, texts), cte="base64")
    message.add_alternative(mail_html(name, texts), subtype="html", cte="base64")
    for file_name, content in workbooks:
        message.add_attachment(content, maintype="application", subtype=XLSX, filename=file_name)
    return message
