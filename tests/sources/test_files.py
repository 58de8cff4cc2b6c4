"""Files that are not what they should be say what they are, and never what stands in them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from dealer_sources import (
    COLUMNS,
    DAY,
    csv_file,
    file_system,
    folder_connection,
    order,
    xlsx_file,
)

from aftercare.connections import Connection
from aftercare.errors import AftercareError, BadData, ConfigurationError, SystemUnreachable
from aftercare.sources.batches import BATCH_ROWS, Batch, Window
from aftercare.sources.files import Folder
from aftercare.sources.mapping import read_dealer_system

WINDOW = Window(DAY, 3, ZoneInfo("Asia/Shanghai"))
SECRET = "13812345678"


def read(
    folder: Path, kind: str = "csv", pattern: str | None = None, more: str = ""
) -> list[Batch]:
    system = file_system(folder, kind, pattern or f"*.{kind}", more)
    opened = Folder(system, "repair_order", folder_connection(folder), WINDOW)
    return [batch for file in opened.files() for batch in opened.batches(file)]


def refs(batches: list[Batch]) -> list[str]:
    return [ref for batch in batches for ref in batch.refs]


def column(batches: list[Batch], name: str) -> list[object]:
    return [cell for batch in batches for cell in batch.columns[name]]


def test_lines_are_counted_through_quoted_line_breaks_and_blank_lines(tmp_path: Path) -> None:
    rows = [order("RO1", sender="甲\n乙"), order("RO2"), order("RO3")]
    file = csv_file(tmp_path / "o.csv", rows)
    text = file.read_text("gb18030").replace("RO3,", "\r\n,,,\r\nRO3,")
    file.write_bytes(text.encode("gb18030"))
    batches = read(tmp_path)
    assert column(batches, "ro_no") == ["RO1", "RO2", "RO3"]
    assert [ref.removeprefix("o.csv:") for ref in refs(batches)][:2] == ["2", "4"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_encoding_is_read_with_or_without_mark(encoding: str, tmp_path: Path) -> None:
    csv_file(tmp_path / "o.csv", [order("RO1")], encoding=encoding)
    file_system(tmp_path, "csv", "*.csv")
    path = tmp_path / "dms.yaml"
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = path.read_text("utf-8").replace("encoding: gbk", f"encoding: {declared}")
    path.write_text(text, "utf-8")
    system = read_dealer_system(path)
    opened = Folder(system, "repair_order", folder_connection(tmp_path), WINDOW)
    [batch] = opened.batches(opened.files()[0])
    assert batch.columns["sender"] == ["喆鑫"]


def test_a_name_that_gbk_lacks_is_read(tmp_path: Path) -> None:
    csv_file(tmp_path / "o.csv", [order("RO1", sender="㛃𠮷")])
    assert column(read(tmp_path), "sender") == ["㛃𠮷"]


def test_headers_are_found_by_their_letters_whatever_their_width_or_case(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "o.csv", [order("RO1")])
    file.write_text(file.read_text("gb18030").replace("ro_no", " ＲＯ_no "), "gb18030")
    assert column(read(tmp_path), "ro_no") == ["RO1"]


def test_an_empty_cell_too_many_is_no_damage(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "o.csv", [order("RO1")])
    lines = file.read_text("gb18030").splitlines()
    file.write_text(f"{lines[0]}\n{lines[1]},,\n", "gb18030")
    [batch] = read(tmp_path)
    assert (batch.columns["ro_no"], batch.torn) == (["RO1"], {})


def test_more_rows_than_a_batch_come_in_batches(tmp_path: Path) -> None:
    csv_file(tmp_path / "o.csv", [order(f"RO{n}") for n in range(BATCH_ROWS + 1)])
    assert [len(batch.refs) for batch in read(tmp_path)] == [BATCH_ROWS, 1]


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "o.csv", [order("RO1")])
    file.write_text("工单\n导出\n" + file.read_text("gb18030"), "gb18030")
    batches = read(tmp_path, more="    header_row: 3\n")
    assert refs(batches) == ["o.csv:4"]


def test_formatted_empty_rows_and_columns_of_a_sheet_are_no_data(tmp_path: Path) -> None:
    xlsx_file(
        tmp_path / "o.xlsx",
        [{**row, "": " "} for row in (order("RO1"), dict.fromkeys(COLUMNS), order("RO2"))],
        [*COLUMNS, ""],
    )
    batches = read(tmp_path, "xlsx")
    assert column(batches, "ro_no") == ["RO1", "RO2"]
    assert refs(batches) == ["o.xlsx:2", "o.xlsx:4"]


def test_files_that_are_still_open_or_being_copied_are_passed_over(tmp_path: Path) -> None:
    csv_file(tmp_path / "o.csv", [order("RO1")])
    for name in ("~$o.csv", ".o.csv", "o.csv.part", "p.csv.tmp"):
        (tmp_path / name).write_text("half", "gbk")
    system = file_system(tmp_path, "csv", "*.csv*")
    files = Folder(system, "repair_order", folder_connection(tmp_path), WINDOW).files()
    assert [file.name for file in files] == ["o.csv"]


def test_the_version_may_be_when_the_file_was_written(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "o.csv", [order("RO1")])
    written = datetime(2026, 6, 9, 1, 2, 3, tzinfo=UTC)
    os.utime(file, (written.timestamp(), written.timestamp()))
    [batch] = read(tmp_path, more="    version: file_time\n")
    assert batch.versions == written


def test_a_file_that_is_known_is_not_opened(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "o.csv", [order("RO1")])
    system = file_system(tmp_path, "csv", "*.csv")
    folder = Folder(system, "repair_order", folder_connection(tmp_path), WINDOW)
    [seen] = folder.files()
    assert seen.trace is not None
    known = {seen.trace: "as known"}
    assert [found.digest for found in folder.files(known)] == ["as known"]
    os.utime(file, (1, 1))
    assert folder.files(known)[0].digest == seen.digest
    csv_file(file, [order("RO12")])
    os.utime(file, (seen.trace.written_at.timestamp(),) * 2)
    assert folder.files(known)[0].digest not in ("as known", seen.digest)


def test_a_file_without_a_time_is_opened_each_time(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"{DAY:%Y%m%d}.csv", "a,b")
    system = file_system(tmp_path, "csv", "*.csv")
    address = folder_connection(tmp_path)
    zipped = Connection("source", "fs", extra={"path": f"zip://::{address.path}/all.zip"})
    [file] = Folder(system, "repair_order", zipped, WINDOW).files()
    assert (file.trace, file.size, len(file.digest)) == (None, 3, 64)


def test_two_stars_find_files_at_any_depth(tmp_path: Path) -> None:
    for name in ("a.csv", "CA01/b.csv", "CA01/x/c.csv"):
        csv_file(tmp_path / "in" / name, [order("RO1")])
    csv_file(tmp_path / "out" / "d.csv", [order("RO1")])
    system = file_system(tmp_path, "csv", "in/**/*.csv")
    files = Folder(system, "repair_order", folder_connection(tmp_path), WINDOW).files()
    assert [file.name for file in files] == ["in/CA01/b.csv", "in/CA01/x/c.csv", "in/a.csv"]


def _good(folder: Path, kind: str) -> bytes:
    make = csv_file if kind == "csv" else xlsx_file
    return make(folder / f"good.{kind}", [order("RO1"), order("RO2")]).read_bytes()


BROKEN = [
    ("csv", lambda _: b"", "o.csv: is empty, without even a header; have it exported again"),
    (
        "csv",
        lambda good: good[: good.rindex("喆".encode("gbk"))],
        "o.csv:3: breaks off; the file was perhaps still being written: have it copied again",
    ),
    (
        "csv",
        lambda good: good[: good.rindex("喆".encode("gbk")) + 1],
        "o.csv:3: breaks off; the file was perhaps still being written: have it copied again",
    ),
    (
        "csv",
        lambda good: good[: good.rindex(b'"')],
        "o.csv:3: breaks off; the file was perhaps still being written: have it copied again",
    ),
    (
        "csv",
        lambda good: good.replace(b"CA01", b'"CA01'),
        "o.csv: the row after line 1 has a quotation mark that is never closed, or one too many; have "
        "the file exported again",
    ),
    (
        "csv",
        lambda good: good.split(b"\r\n", 1)[1],
        "o.csv: its header lacks dealer, ro_no, kind, state, is_red, opened, settled, km_in, vin, "
        "advisor, amount, plate, sender, sender_phone, changed; correct encoding, delimiter, "
        "header_row or columns in the mapping, or have the file exported again",
    ),
    (
        "csv",
        lambda good: good.replace(b"dealer", b"vin"),
        "o.csv: its header lacks dealer; correct encoding, delimiter, header_row or columns in the "
        "mapping, or have the file exported again",
    ),
    (
        "csv",
        lambda good: good.replace(b"changed", b"changed,vin"),
        "o.csv: its header has vin twice; rename one of the columns",
    ),
    (
        "xlsx",
        lambda good: good[:-100],
        "o.xlsx: is no whole XLSX file, or has a password; it was perhaps still being written: save "
        "it again as XLSX without password",
    ),
    (
        "xlsx",
        lambda _: b"",
        "o.xlsx: is no whole XLSX file, or has a password; it was perhaps still being written: save "
        "it again as XLSX without password",
    ),
]


@pytest.mark.parametrize(("kind", "spoil", "message"), BROKEN)
def test_a_broken_file_is_told_in_words(
    kind: str, spoil: object, message: str, tmp_path: Path
) -> None:
    assert callable(spoil)
    good = _good(tmp_path, kind)
    (tmp_path / f"good.{kind}").unlink()
    (tmp_path / f"o.{kind}").write_bytes(spoil(good))
    with pytest.raises(BadData) as raised:
        read(tmp_path, kind)
    assert str(raised.value) == message
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_utf_8_file_that_ends_within_a_letter_breaks_off(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "o.csv", [order("RO1", sender="多多")], "utf-8")
    content = file.read_bytes()
    file.write_bytes(content[: content.index("多".encode()) + 1])
    system = file_system(tmp_path, "csv", "*.csv")
    feed = system.feeds["repair_order"].model_copy(update={"encoding": "utf-8"})
    named = system.model_copy(update={"feeds": {"repair_order": feed}})
    opened = Folder(named, "repair_order", folder_connection(tmp_path), WINDOW)
    with pytest.raises(BadData, match=r"o\.csv:2: breaks off"):
        list(opened.batches(opened.files()[0]))


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    xlsx_file(tmp_path / "o.xlsx", [order("RO1")])
    with pytest.raises(BadData, match=r"o\.xlsx: has no sheet 工单, only Sheet; correct sheet"):
        read(tmp_path, "xlsx", more="    sheet: 工单\n")
    with pytest.raises(BadData, match=r"o\.xlsx: has no sheet 2, only Sheet"):
        read(tmp_path, "xlsx", more="    sheet: 2\n")


def test_a_folder_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    system = file_system(tmp_path, "csv")
    gone = folder_connection(tmp_path / "gone")
    with pytest.raises(SystemUnreachable, match="folder of connection source is not there"):
        Folder(system, "repair_order", gone, WINDOW)


def test_a_path_that_nobody_can_open_is_the_connections_fault(tmp_path: Path) -> None:
    system = file_system(tmp_path, "csv")
    with pytest.raises(ConfigurationError, match="path of connection source cannot be opened"):
        Folder(
            system, "repair_order", Connection("source", "fs", extra={"path": "nope://x"}), WINDOW
        )
    with pytest.raises(ConfigurationError, match="connection source needs"):
        Folder(system, "repair_order", Connection("source", "fs"), WINDOW)


def test_random_damage_never_ends_in_a_traceback(tmp_path: Path) -> None:
    good = {kind: _good(tmp_path, kind) for kind in ("csv", "xlsx")}
    for file in tmp_path.glob("good.*"):
        file.unlink()
    said = set()
    for kind, content in good.items():
        step = max(1, len(content) // 25)
        for at in range(0, len(content), step):
            damaged = (
                content[:at],
                content[:at] + b"\xff" + content[at + 1 :],
                content[:at] + content[at + step :],
            )
            for spoilt in damaged:
                file = tmp_path / f"o.{kind}"
                file.write_bytes(spoilt)
                try:
                    read(tmp_path, kind)
                    said.add("")
                except AftercareError as problem:
                    said.add(str(problem))
            file.unlink()
    assert len(said) > 5
    assert "" in said
    assert SECRET not in " ".join(said)


def test_a_window_is_the_days_of_the_groups_zone() -> None:
    assert WINDOW.days == tuple(date(2026, 6, day) for day in (7, 8, 9, 10))
    assert WINDOW.start.isoformat() == "2026-06-07T00:00:00+08:00"
    assert WINDOW.end.isoformat() == "2026-06-11T00:00:00+08:00"


def test_a_column_that_says_when_a_row_changed_may_have_a_format(tmp_path: Path) -> None:
    csv_file(tmp_path / "o.csv", [order("RO1", changed=1781056800), order("RO2", changed=0)])
    [batch] = read(tmp_path, more="    version: {column: changed, format: unix}\n")
    assert list(batch.versions) == [datetime(2026, 6, 10, 2, tzinfo=UTC), None]
