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
    "external_score": "XS01 XS02 XS03 XS04 XS05 XS06 XS07",
    "insurance_policy": "IP01 IP02 IP03 IP04 IP06 IP07 IP08 IP09 IP10 IP12",
    "lead": "LD01 LD02 LD03 LD04 LD05 LD06 LD07 LD09 LD11",
    "booking": "BK01 BK02 BK03 BK04 BK06 BK07 BK08",
    "consent": "CN01 CN02 CN03 CN04 CN06 CN07 CN08 CN09",
    "preference": "PR01 PR02 PR03 PR04 PR06 PR07 PR08 PR09 PR10 PR11",
    "referral": "RF01 RF02 RF03 RF04 RF06 RF07",
    "target": "TG01 TG02 TG03 TG04 TG05 TG06",
    "rating": "RT01 RT02 RT03 RT04 RT05 RT06 RT07 RT08",
    "regional_rank": "RR01 RR02 RR03 RR04 RR05 RR06 RR07",
    "nomination": "NM01 NM02 NM03 NM04 NM05 NM06 NM07",
}
# Every warning about what stands beside the orders.
WARNINGS = "IP05 IP11 LD08 LD10 BK05 BK09 CN05 CN10 PR05 PR12 RF05 RF08 RF09"


def group(seed: int, first_night: date | None = None) -> SampleGroup:
    return SampleGroup(seed, 3, 1, END, first_night)


def critical(broken) -> set[tuple[str, str]]:
    return {(b.feed, b.rule_id) for b in broken if b.severity == "C"}


EXPECTED = {(feed, rule) for feed, rules in CRITICAL.items() for rule in rules.split()}


@pytest.mark.parametrize("seed", [1, 77, 4711])
def test_every_critical_rule_is_broken_in_the_nights_of_every_group(seed):
    assert critical(group(seed).truth()) == EXPECTED


def test_every_warning_of_what_stands_beside_orders_is_given_in_every_group():
    given = {b.rule_id for b in group(77).truth() if b.severity == "W"}
    assert set(WARNINGS.split()) <= given


def test_the_first_night_holds_every_critical_rule_of_the_past():
    assert critical(group(3, END).truth()) == EXPECTED


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


def test_after_an_outage_one_load_holds_the_newest_version_of_each_row():
    made = group(3, date(2026, 10, 1))
    ran = {date(2026, 10, 1), END}
    found = [b for b in made.truth(nights=ran) if b.feed == "repair_order" and b.first_day == END]
    assert all(b.first_day == b.last_day for b in found)
    # Of two versions in the files of two nights the older is set aside.
    assert any(b.system == "skoda_export" and b.rule_id == "superseded" for b in found)


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
    contacts = {column.name for feed in CRITICAL for column in FEEDS[feed].contacts}
    assert {line["field"] for line in canaries} == contacts


def test_no_number_but_the_shared_ones_belongs_to_two_owners(canaries):
    assert len({(line["field"], line["value"]) for line in canaries}) == len(canaries)
    world = group(3).world
    numbers = {line["value"] for line in canaries if line["field"] == "owner_phone"}
    owners: dict[str, set[str]] = {}
    for store in world.stores:
        for row in world.rows(store, world.start, world.end):
            if row.feed == "repair_order":
                values = row.versions[0].values
                owners.setdefault(values["owner_phone"], set()).add(values["owner_name"])
    # A person may own one vehicle and a company another.
    assert {number for number in numbers if len(owners.get(number, ())) > 2} == set()
    assert max(len(owners[number]) for number in shared(world)) > 10


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
