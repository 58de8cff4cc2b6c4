"""The made-up nightly export: its files decode as the mapping says, and grow night by night."""

import csv
import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from aftercare.rules.policy import Policy
from aftercare.sample.director import SCORES
from aftercare.sample.group import SampleGroup
from aftercare.settings import PROJECT
from aftercare.sources.mapping import read_dealer_system

POLICY = PROJECT / "include" / "policy"
MAPPING = PROJECT / "include" / "mappings" / "dealer" / "skoda_export.yaml"
END = date(2026, 11, 6)
FIRST = date(2026, 10, 25)


def group() -> SampleGroup:
    return SampleGroup(5, 3, 1, END, first_night=FIRST, daily_sales=1, daily_repairs=4)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    group().write_files(folder, END)
    return folder


def lines(path: Path, encoding: str, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_moving_night_by_night_gives_the_same_files_as_writing_at_once(export, tmp_path):
    made = group()
    made.write_files(tmp_path, END - timedelta(days=5))
    for back in range(4, -1, -1):
        made.advance_files(tmp_path, END - timedelta(days=back))
    assert digests(tmp_path) == digests(export)


def test_documents_are_gbk_and_not_utf_8(export):
    path = export / f"{FIRST:%Y%m%d}" / "SK01_维修工单.csv"
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")
    assert len(lines(path, "gbk")) > 1000


def test_the_first_file_holds_the_history_and_later_ones_what_is_new(export):
    counts = [
        len(lines(folder / "SK01_维修工单.csv", "gbk")) for folder in sorted(export.glob("2026*"))
    ]
    assert counts[0] > 1000
    assert all(0 < count < 40 for count in counts[1:])


def test_each_order_stands_once_in_a_file_unless_the_truth_says_otherwise(export):
    twins = {
        broken.business_key.split("|")[1]
        for broken in group().truth()
        if broken.rule_id in ("duplicate", "RO06") and broken.system == "skoda_export"
    }
    for path in export.glob("2026*/SK01_维修工单.csv"):
        numbers = [line["工单号"] for line in lines(path, "gbk")]
        repeated = {number for number in numbers if numbers.count(number) > 1}
        assert repeated <= twins


def test_scores_come_as_utf_8_by_month(export):
    # October's scores come on the 4th of November.
    found = lines(export / "外部成绩" / "202610_成绩.csv", "utf-8", ";")
    assert {"SQS", "快回"} <= {line["指标"] for line in found}
    assert {"100", "10", "1000"} <= {line["满分"] for line in found}


def test_every_store_has_scores_for_its_director(export):
    found = lines(export / "外部成绩" / "202610_成绩.csv", "utf-8", ";")
    given = {(line["经销商代码"], line["指标"]) for line in found}
    stores = {store for store, _ in given if store.startswith("SK")}
    for metric in ("QS", "MS", "DSC", "CSS", "PT", "AUDIT2", "十项检查", "现场成交率"):
        assert {store for store, name in given if name == metric} == stores
    assert ("SK01", "HIC") in given
    # The store's SQS is on 100, the director's own on 1000.
    own = [line for line in found if line["指标"] == "SQS" and line["满分"] == "1000"]
    assert all(line["工号"] for line in own)
    assert len(own) == len(stores)


def test_each_score_that_a_target_asks_for_is_in_the_sample_and_has_a_code_in_its_mapping():
    entries = Policy.load(POLICY).attributes("skoda-dealer", "targets")["lines"]
    asked = {entry["metric"] for entry in entries if entry["source"] == "external"}
    assert asked == set(SCORES)
    mapping = read_dealer_system(MAPPING)
    assert asked <= set(mapping.codes["metric"].values())


def test_workbooks_hold_dates_as_dates(export):
    book = openpyxl.load_workbook(export / f"{END:%Y%m%d}" / "门店.xlsx")
    sheet = book["门店"]
    assert sheet.cell(2, 1).value == "经销商代码"
    assert sheet.cell(3, 6).is_date
    book.close()


def test_numbers_are_typed_in_several_ways(export):
    typed = {
        line["进厂里程"] for line in lines(export / f"{FIRST:%Y%m%d}" / "SK01_维修工单.csv", "gbk")
    }
    assert any("," in number for number in typed)
    assert any("０" <= number[:1] <= "９" for number in typed)


def test_the_export_tells_when_files_were_archived_most_of_them_in_time_and_not_before(export):
    hours = {}
    for path in sorted(export.glob("2026*/SK01_销售订单.csv")):
        for line in lines(path, "gbk"):
            assert line["归档时间"][:10].replace("-", "") <= path.parent.name
            if line["归档时间"]:
                left, filed = (
                    datetime.strptime(line[name], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
                    for name in ("交车时间", "归档时间")
                )
                hours[line["订单号"]] = (filed - left) / timedelta(hours=1)
    in_time = [hour for hour in hours.values() if 0 < hour <= 48]
    assert 0 < len(hours) - len(in_time) < len(in_time)
