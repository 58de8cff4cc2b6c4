"""A first look at a folder: which files are of one form, and how that form is read.

Encoding, delimiter, header and sheet are told from the newest file of each form; nothing of a
file's content stands in a name or a message.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice, takewhile
from typing import Literal
from zoneinfo import ZoneInfo

from charset_normalizer import from_bytes
from openpyxl import load_workbook

from aftercare.sources.batches import Address, Batch, Window
from aftercare.sources.dealer_system import FileFeedMap, FileSystem, Title
from aftercare.sources.files import Folder, SourceFile
from aftercare.sources.values import text_of

MOST_FILES = 2_000
SNIFFED_BYTES = 1 << 18
_HEADER_ROWS = 15
_DELIMITERS = ",;\t|"
_DAYS = (
    (re.compile(r"(?<!\d)20\d{2}[01]\d[0-3]\d(?!\d)"), "%Y%m%d"),
    (re.compile(r"(?<!\d)20\d{2}-[01]\d-[0-3]\d(?!\d)"), "%Y-%m-%d"),
    (re.compile(r"(?<!\d)20\d{2}_[01]\d_[0-3]\d(?!\d)"), "%Y_%m_%d"),
)
_READ_AS = {"utf-8": "utf-8-sig", "gbk": "gb18030"}
_MOST_STRANGE = 0.3
_ANY_ZONE = ZoneInfo("UTC")
_SOME_DAY = date(2000, 1, 1)

Form = Literal["csv", "xlsx"]


@dataclass(frozen=True)
class FileLayout:
    """Files of one form: a pattern that names them all, the newest first, and how they are read."""

    address: Address
    name: str
    files: tuple[tuple[date, str], ...]
    form: Form
    header: tuple[str, ...]
    header_row: int
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def feed_map(self, pattern: str) -> FileFeedMap:
        """Reading every column of the files that a pattern names."""
        return FileFeedMap(
            columns={},
            key=self.header,
            pattern=pattern,
            format=self.form,
            encoding=self.encoding,
            delimiter=self.delimiter,
            sheet=self.sheet,
            header_row=self.header_row,
        )

    def batches(self) -> Iterator[Batch]:
        """The rows of the files, as the night reads them; raises what `Folder` raises."""
        for day, name in self.files:
            folder = _folder(self.address, self.feed_map(_escaped(name)), day)
            for file in folder.listed():
                yield from folder.batches(file)


def layouts(address: Address) -> list[FileLayout]:
    """The forms of the files below a connection's path, those with the same header together.

    Raises SystemUnreachable or ConfigurationError where the folder cannot be entered.
    """
    found: dict[tuple[object, ...], list[FileLayout]] = {}
    for form in ("csv", "txt", "xlsx"):
        reading = FileFeedMap(
            columns={}, pattern=f"**/*.{form}", format="xlsx" if form == "xlsx" else "csv"
        )
        folder = _folder(address, reading, _SOME_DAY)
        files = sorted(folder.listed(), key=_newness)[-MOST_FILES:]
        seen: dict[str, list[SourceFile]] = {}
        for file in files:
            seen.setdefault(_dated(file.name)[0], []).append(file)
        for pattern, alike in seen.items():
            for layout in _read(address, folder, alike, reading.format):
                same = (form, layout.header, layout.header_row, layout.sheet, layout.encoding)
                found.setdefault(same, []).append(replace(layout, name=pattern))
    return [_together(group) for group in found.values()]


def _folder(address: Address, reading: FileFeedMap, day: date) -> Folder:
    system = FileSystem(
        system="probe",
        title=Title(zh="", en=""),
        kind="files",
        connection=address.conn_id,
        time_zone="UTC",
        feeds={"looked_at": reading},
    )
    return Folder(system, "looked_at", address, Window(day, 0, _ANY_ZONE))


def _newness(file: SourceFile) -> tuple[date, float, str]:
    written = file.changed_at.timestamp() if file.changed_at else 0.0
    return _dated(file.name)[1] or date.min, written, file.name


def _dated(name: str) -> tuple[str, date | None]:
    """The pattern of a file's name, and the day that stands in it."""
    for written, form in _DAYS:
        match = written.search(name)
        if match:
            try:
                day = datetime.strptime(match.group(), form).date()  # noqa: DTZ007
            except ValueError:
                continue
            parts = name.split(match.group())
            return f"{{day:{form}}}".join(_escaped(part) for part in parts), day
    return _escaped(name), None


def _escaped(text: str) -> str:
    return text.replace("[", "[[]").replace("{", "{{").replace("}", "}}")


def _read(
    address: Address, folder: Folder, files: list[SourceFile], form: Form
) -> Iterator[FileLayout]:
    with folder.opened(files[-1]) as opened:
        content = opened.read() if form == "xlsx" else opened.read(SNIFFED_BYTES)
    named = sorted(((_dated(file.name)[1] or _SOME_DAY, file.name) for file in files), reverse=True)
    for sheet, encoding, delimiter, rows in _sheets(content) if form == "xlsx" else _csv(content):
        placed = _header(rows)
        if placed is not None:
            row, header = placed
            yield FileLayout(
                address, "", tuple(named), form, header, row, encoding, delimiter, sheet
            )


Sheet = tuple[str | None, str | None, str | None, list[tuple[object, ...]]]


def _csv(content: bytes) -> Iterator[Sheet]:
    encoding = _encoding(content)
    lines = content.decode(_READ_AS.get(encoding, encoding), "replace").splitlines(keepends=True)
    first = "".join(lines[:_HEADER_ROWS])
    try:
        delimiter = csv.Sniffer().sniff(first, _DELIMITERS).delimiter
    except csv.Error:
        delimiter = ","
    rows: list[tuple[object, ...]] = [
        tuple(cells) for cells in csv.reader(io.StringIO(first), delimiter=delimiter)
    ]
    yield None, encoding, None if delimiter == "," else delimiter, rows


def _encoding(content: bytes) -> str:
    """As the mapping names it. Chinese of everyday is told first: a library has no eye for tables."""
    whole = content[: content.rfind(b"\n") + 1] or content
    for name in ("utf-8", "gbk"):
        try:
            text = whole.decode(_READ_AS[name])
        except UnicodeDecodeError:
            continue
        strange = sum(not _is_everyday(letter) for letter in text if not letter.isascii())
        if name == "utf-8" or strange <= _MOST_STRANGE * sum(not ch.isascii() for ch in text):
            return name
    guess = from_bytes(whole).best()
    return guess.encoding.replace("_", "-") if guess else "latin-1"


def _is_everyday(letter: str) -> bool:
    """Whether a letter is one of the 6,763 characters of GB 2312 or its punctuation."""
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _sheets(content: bytes) -> Iterator[Sheet]:
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return
    many = len(workbook.worksheets) > 1
    for sheet in workbook.worksheets:
        rows: list[tuple[object, ...]] = [
            tuple(cells) for cells in islice(sheet.iter_rows(values_only=True), _HEADER_ROWS)
        ]
        yield sheet.title if many else None, None, None, rows
    workbook.close()


def _header(rows: list[tuple[object, ...]]) -> tuple[int, tuple[str, ...]] | None:
    """The first row that is as wide as any and all text without digits alone: titles, not values."""
    filled = [[text_of(cell) for cell in row] for row in rows]
    width = max((sum(cell is not None for cell in row) for row in filled), default=0)
    for number, row in enumerate(filled, start=1):
        titles = tuple(cell for cell in row if cell is not None)
        is_wide = len(titles) >= max(width - 1, 2) and row[: len(titles)] == list(titles)
        if is_wide and not any(re.fullmatch(r"[\d.\-/: ]+", title) for title in titles):
            return (number, titles) if len(set(titles)) == len(titles) else None
    return None


def _together(group: list[FileLayout]) -> FileLayout:
    """One layout for forms that differ in nothing but the names of their files."""
    parts = [pattern.split("/") for pattern in sorted({layout.name for layout in group})]
    deepest = [path for path in parts if len(path) == len(parts[-1])]
    shared = "/".join(_common(names) for names in zip(*deepest, strict=True))
    files = sorted({named for layout in group for named in layout.files}, reverse=True)
    return replace(group[0], name=shared, files=tuple(files))


def _common(names: Sequence[str]) -> str:
    """What names share at both ends, with a star between; a day in braces is one character."""
    if len(set(names)) == 1:
        return names[0]
    pieces = [re.findall(r"\{day:[^}]*\}|.", name) for name in names]
    before = _same(pieces)
    after = _same([piece[len(before) :][::-1] for piece in pieces])[::-1]
    # The star begins and ends where a number does: 2025*_a.csv would miss 2030.
    return "".join(before).rstrip("0123456789") + "*" + "".join(after).lstrip("0123456789")


def _same(pieces: list[list[str]]) -> list[str]:
    equal = takewhile(lambda column: len(set(column)) == 1, zip(*pieces, strict=False))
    return [column[0] for column in equal]
