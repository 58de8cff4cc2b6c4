"""The rows of a CSV or XLSX file as cells, and where a file is not what it should be."""

from __future__ import annotations

import csv
import io
import lzma
import struct
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from aftercare.errors import BadData
from aftercare.sources.dealer_system import FileFeedMap
from aftercare.sources.values import text_of

# Python's gbk lacks characters that people's names have; GB 18030 holds all of it and those too.
_WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "utf-8": "utf-8-sig", "utf8": "utf-8-sig"}

# What decoders say where bytes end within a letter: multi-byte ones, and UTF-8's.
_HALF_A_LETTER = ("incomplete multibyte sequence", "unexpected end of data")

# Whatever openpyxl stumbles over in a file that no Excel wrote.
_BROKEN_XLSX = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    InvalidFileException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)

Cells = tuple[int, Sequence[object]]


def csv_rows(opened: BinaryIO, name: str, mapped: FileFeedMap) -> Iterator[Cells]:
    """Lines as cells, with the number of the line on which each row begins; no empty ones.

    Raises BadData for another encoding, an open quotation mark, and a file that breaks off.
    """
    encoding = _WIDER.get((mapped.encoding or "").lower(), mapped.encoding)
    tail = _Tail(opened)
    line = width = 0
    previous: Cells | None = None
    with io.TextIOWrapper(io.BufferedReader(tail), encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=mapped.delimiter or ",", strict=True)
        try:
            for cells in reader:
                begins, line = line + 1, reader.line_num
                if begins < mapped.header_row or all(_is_blank(cell) for cell in cells):
                    continue
                if previous is not None:
                    yield previous
                width = width or len(cells)
                if len(cells) > width and all(_is_blank(cell) for cell in cells[width:]):
                    cells = cells[:width]
                previous = begins, cells
        except UnicodeDecodeError as problem:
            if problem.reason in _HALF_A_LETTER:
                raise _breaks_off(name, line + 1) from None
            raise BadData(
                f"{name}: what follows line {line} is not {mapped.encoding}; correct encoding in the "
                "mapping, or have the file exported again"
            ) from None
        except csv.Error as problem:
            if "unexpected end" in str(problem) and not tail.ends_a_line:
                raise _breaks_off(name, line + 1) from None
            raise BadData(
                f"{name}: the row after line {line} has a quotation mark that is never closed, or one "
                "too many; have the file exported again"
            ) from None
    if previous is None:
        raise BadData(f"{name}: is empty, without even a header; have it exported again")
    if len(previous[1]) < width and not tail.ends_a_line:
        raise _breaks_off(name, previous[0])
    yield previous


def _breaks_off(name: str, line: int) -> BadData:
    return BadData(
        f"{name}:{line}: breaks off; the file was perhaps still being written: have it copied again"
    )


class _Tail(io.RawIOBase):
    """Passes bytes on and remembers whether the last one ended a line."""

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        self.ends_a_line = False

    def readable(self) -> bool:
        """Always: it only reads."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer as far as there are bytes."""
        chunk = self._opened.read(len(buffer))
        buffer[: len(chunk)] = chunk
        if chunk:
            self.ends_a_line = chunk[-1:] in (b"\n", b"\r", b"\0")
        return len(chunk)


def xlsx_rows(opened: BinaryIO, name: str, mapped: FileFeedMap) -> Iterator[Cells]:
    """Rows with their numbers; no empty ones. Raises BadData for what is no whole workbook."""
    try:
        with warnings.catch_warnings():
            # openpyxl warns of drop-downs and styles that it does not keep; we keep nothing.
            warnings.simplefilter("ignore")
            workbook = load_workbook(opened, read_only=True, data_only=True)
        with closing(workbook):
            sheet = _sheet(workbook, name, mapped.sheet)
            width = 0
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                if number < mapped.header_row or all(_is_blank(cell) for cell in cells):
                    continue
                width = width or max(at for at, cell in enumerate(cells, 1) if not _is_blank(cell))
                # Formatted cells beyond the header are no data.
                yield number, (*cells[:width], *(None,) * (width - len(cells)))
    except _BROKEN_XLSX:
        raise BadData(
            f"{name}: is no whole XLSX file, or has a password; it was perhaps still being written: "
            "save it again as XLSX without password"
        ) from None


def _sheet(workbook: Any, name: str, wanted: str | int | None) -> Any:
    sheets = workbook.worksheets
    if isinstance(wanted, str):
        found = [sheet for sheet in sheets if sheet.title == wanted]
    else:
        found = sheets[(wanted or 1) - 1 : wanted or 1]
    if not found:
        titles = ", ".join(sheet.title for sheet in sheets)
        raise BadData(f"{name}: has no sheet {wanted}, only {titles}; correct sheet in the mapping")
    return found[0]


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def places(
    name: str, header: Sequence[object] | None, wanted: Sequence[str]
) -> tuple[dict[str, int], int]:
    """Where each wanted column stands, and how many columns the header has; else BadData."""
    if header is None:
        raise BadData(f"{name}: has no header; correct header_row in the mapping, or the file")
    titles = [_title(cell) for cell in header]
    places = {column: titles.index(_title(column)) for column in wanted if _title(column) in titles}
    missing = lacking(header, wanted)
    if missing:
        raise BadData(
            f"{name}: its header lacks {', '.join(missing)}; correct encoding, delimiter, header_row "
            "or columns in the mapping, or have the file exported again"
        )
    twice = [column for column in places if titles.count(_title(column)) > 1]
    if twice:
        raise BadData(f"{name}: its header has {', '.join(twice)} twice; rename one of the columns")
    return places, len(titles)


def lacking(header: Sequence[object], wanted: Iterable[str]) -> list[str]:
    """Wanted columns that a header does not have."""
    titles = {_title(cell) for cell in header}
    return [column for column in wanted if _title(column) not in titles]


def _title(cell: object) -> str:
    return unicodedata.normalize("NFKC", text_of(cell) or "").strip().casefold()
