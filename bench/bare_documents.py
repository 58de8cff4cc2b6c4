"""A month's documents made bare: ready contents, and the chosen libraries without anything around them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import css_inline
import openpyxl
import pylopdf_fonts_zh_cn
import typst
import xlsxwriter
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from aftercare.settings import PROJECT

TEMPLATES = PROJECT / "include" / "templates"
FONTS = str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)
Cells = list[tuple[str, list[list[tuple[Any, int]]]]]
"""Sheets by name, each with rows of values and their formats."""


class BareMails:
    """Templates that are compiled once, and messages built of what they say."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES / "mail"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def messages(self, name: str, contents: Sequence[Mapping[str, Any]]) -> list[EmailMessage]:
        """Mails of ready texts."""
        return [self.message(name, texts) for texts in contents]

    def message(self, name: str, texts: Mapping[str, Any]) -> EmailMessage:
        """A mail of ready texts."""
        plain = self._environment.get_template(f"{name}.txt").render(texts)
        page = self._environment.get_template(f"{name}.html").render(texts)
        html = css_inline.inline(page, keep_style_tags=False, load_remote_stylesheets=False)
        message = EmailMessage(policy=SMTP)
        message["Subject"] = texts["subject"]
        message.set_content(plain.strip() + "\n", cte="base64")
        message.add_alternative(html, subtype="html", cte="base64")
        return message


def read_cells(content: bytes) -> tuple[Cells, dict[int, str]]:
    """What stands in a workbook, and the number formats that its cells have."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    sheets: Cells = []
    formats: dict[int, str] = {}
    for sheet in book.worksheets:
        rows = []
        for row in sheet.iter_rows():
            cells: list[tuple[Any, int]] = []
            for cell in row:
                # A cell without content has no style to ask for.
                style = 0 if cell.value is None else getattr(cell, "_style_id", 0)
                if cell.value is not None and style not in formats:
                    formats[style] = str(cell.number_format)
                cells.append((cell.value, style))
            rows.append(cells)
        sheets.append((sheet.title, rows))
    return sheets, formats


def bare_workbook(sheets: Cells, formats: Mapping[int, str]) -> bytes:
    """The same cells, written by the same library."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    styles = {
        style: book.add_format({"font_name": "Microsoft YaHei", "num_format": number_format})
        for style, number_format in formats.items()
    }
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, (value, style) in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, str):
                    sheet.write_string(number, column, value, styles[style])
                else:
                    sheet.write_number(number, column, value, styles[style])
    book.close()
    return buffer.getvalue()


def values(sheets: Cells) -> Iterator[str]:
    """All values of a workbook with their places, to tell two workbooks apart."""
    for name, rows in sheets:
        for number, row in enumerate(rows):
            for column, (value, _style) in enumerate(row):
                if value is not None:
                    yield f"{name}|{number}|{column}|{value}"


def bare_pdf(texts: str) -> bytes:
    """The PDF of ready texts, which are JSON."""
    folder = TEMPLATES / "scorecards"
    return typst.compile(
        str(folder / "report.typ"),
        root=str(folder),
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"texts": texts},
    )
