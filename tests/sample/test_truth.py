"""The truth names every rule, and what is personal is unique."""

import csv
from collections import Counter
from datetime import date, timedelta

import pytest

from aftercare.sample.group import SampleGroup
from aftercare.sources.feeds import FEEDS

END = date(2026, 11, 20)
# Every critical rule that a dealer system can break.
CRITICAL = {
    "store": "ST01 ST02 ST03 ST04 ST06",
    "employee": "EM01 EM02 EM03 EM04 EM05 EM06 EM07 EM08",
    "sales_order": "SO01 SO02 SO03 SO04 SO06 SO07 SO10 SO12",
    "repair_order": "RO01 RO02 RO03 RO04 RO06 RO07 RO08 RO09 RO13 RO15 RO16",
    "complaint": "CP01 CP02 CP03 CP04 CP06",
    "external_score": "XS01 XS02 XS03 XS04 XS05 XS06",
}


def group(seed: int, first_night: date | None = None) -> SampleGroup:
    return SampleGroup(seed, 3, 1, END, first_night)


@pytest.mark.parametrize("seed", [1, 77, 4711])
@pytest.mark.parametrize("first_night", [None, END])
def test_every_critical_rule_is_broken_in_every_group(seed, first_night):
    found = {(b.feed, b.rule_id) for b in group(seed, first_night).truth() if b.severity == "C"}
    expected = {(feed, rule) for feed, rules in CRITICAL.items() for rule in rules.split()}
    assert found == expected


@pytest.mark.parametrize("system", ["heyuan_dms", "skoda_export"])
def test_each_system_has_bad_rows_in_the_last_nights(system):
    recent = [
        b
        for b in group(3).truth()
        if b.severity == "C"
        and b.system == system
        and b.feed in ("sales_order", "repair_order")
        and b.first_day > END - timedelta(days=4)
    ]
    assert len({b.rule_id for b in recent}) >= 3
    assert {b.first_day for b in recent} == {END - timedelta(days=back) for back in range(4)}


def test_bad_rows_are_few():
    broken = {
        (b.feed, b.business_key)
        for b in group(3, END).truth()
        if b.severity == "C" and b.feed in ("sales_order", "repair_order")
    }
    assert 100 < len(broken) < 400  # of some 13,000


def test_no_load_of_the_truth_lies_outside_the_nights():
    first_night = date(2026, 10, 1)
    for broken in group(3).truth(END - timedelta(days=2)):
        assert first_night <= broken.first_day <= broken.last_day <= END - timedelta(days=2)


def test_a_planned_delivery_is_bad_only_until_its_day():
    planned = [b for b in group(3, date(2026, 1, 2)).truth() if "planned hand-over" in b.why]
    assert planned
    assert all(b.last_day - b.first_day <= timedelta(days=1) for b in planned)


def test_doubled_rows_are_named_by_kind():
    kinds = Counter(
        (b.system, b.rule_id) for b in group(3).truth() if b.rule_id in ("duplicate", "superseded")
    )
    assert kinds["heyuan_dms", "duplicate"] > 0
    assert kinds["heyuan_dms", "superseded"] > 0
    assert kinds["skoda_export", "duplicate"] > 0
    # A night's file holds one version of a row.
    assert kinds["skoda_export", "superseded"] == 0


def test_a_database_row_is_read_again_while_the_lag_lasts():
    night = date(2026, 11, 1)
    spans = [
        (b.last_day - b.first_day).days
        for b in group(3, night).truth()
        if b.system == "heyuan_dms" and b.feed == "repair_order" and b.first_day > night
    ]
    assert max(spans) == 3


def test_a_file_row_is_read_once():
    for broken in group(3).truth():
        if broken.system == "skoda_export" and broken.feed not in ("store", "employee"):
            assert broken.first_day == broken.last_day


@pytest.fixture(scope="module")
def canaries(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth")
    counts = group(3).write_truth(folder, with_canaries=True)
    with (folder / "canaries.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert counts["canaries.csv"] == len(found)
    return found


def test_every_contact_column_of_the_dealer_systems_has_canaries(canaries):
    contacts = {
        column.name
        for feed in ("employee", "sales_order", "repair_order", "complaint")
        for column in FEEDS[feed].contacts
    }
    assert {line["field"] for line in canaries} == contacts


def test_a_canary_belongs_to_one_person(canaries):
    """An owner's number stands in several fields and orders, but never with two names."""
    assert len({(line["field"], line["value"]) for line in canaries}) == len(canaries)
    world = group(3).world
    owner: dict[str, str] = {}
    for store in world.stores:
        for row in world.rows(store, world.start, world.end):
            if row.feed != "repair_order":
                continue
            for version in row.versions:
                phone, name = version.values["owner_phone"], version.values["owner_name"]
                if any(line == phone for line in (None, "不详")) or phone in shared(world):
                    continue
                assert (
                    owner.setdefault(phone, name)[2:5] in (name[2:5], name) or owner[phone] in name
                )


def shared(world) -> set[str]:
    return {
        world.numbering.house_person(store, place).phone
        for store in world.stores
        for place in range(3)
    }


def test_shared_numbers_are_no_canaries(canaries):
    assert not shared(group(3).world) & {line["value"] for line in canaries}


def test_a_canary_is_long_enough_to_be_found(canaries):
    assert min(len(line["value"]) for line in canaries) >= 3
