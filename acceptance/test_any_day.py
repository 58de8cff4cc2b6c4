"""Every night of three years runs, also where nobody knows yet which days will be off."""

from collections.abc import Iterator
from datetime import date, timedelta

from care_group import CareGroup, group_of, is_balanced
from click.testing import CliRunner

from aftercare.cli import cli
from aftercare.rules.festivals import Festivals, open_days
from aftercare.settings import PROJECT

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
DAY = timedelta(days=1)
CALENDAR = {"default": {"holidays": "cn", "closed_on": "days_off"}}


def days() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += DAY


def test_every_night_from_2026_to_2028_runs(warehouse):
    care = CareGroup(warehouse, group_of(calendars=CALENDAR))
    for number, day in enumerate(days()):
        care.deliver(f"D{number}", day, born_on=date(1980, 1 + day.month % 12, 1 + day.day % 28))
        care.repair(f"R{number}", day, store_code=("CA01", "SK01")[number % 2])
        counts = care.night(day)
        assert is_balanced(counts), (day, counts)
    # Whoever left the workshop has a call that was made, held or missed, on a day on which we are open.
    opens = open_days(care.group, LAST)["default"]
    tasks = care.tasks()
    for number, _day in enumerate(days()):
        key = (f"CA01.S4-06.R{number}", f"SK01.S2-03.R{number}")[number % 2]
        last = FIRST + number * DAY > LAST - timedelta(days=20)
        assert key in tasks or last, key
        if key in tasks:
            assert all(opens.is_open(tasks[key][name]) for name in ("open_on", "due_on")), key


def test_what_is_not_announced_is_marked_as_provisional():
    file = PROJECT / "include" / "calendars" / "cn.yaml"
    festivals = Festivals.load(date(2026, 11, 1), file)
    known = {2026: False, 2027: True, 2028: True}
    for day in days():
        assert festivals.is_provisional(day) is known[day.year], day
    for year, is_provisional in known.items():
        said = CliRunner().invoke(
            cli, ["calendar", str(year), "--day", "2026-11-01", "--language", "en"]
        )
        assert (f"{year}: provisional" in said.output) is is_provisional
