"""When messages may be sent."""

from datetime import date, datetime
from pathlib import Path

import pytest
from care_group import changed_policy, house_policy

from aftercare.errors import PolicyError
from aftercare.rules.calendar import OpenDays
from aftercare.rules.message_hours import may_send

ALWAYS = OpenDays()
SUNDAYS_OFF = OpenDays(weekly_closed={7})


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-07-01T08:59:59", False),
        ("2026-07-01T09:00", True),
        ("2026-07-01T11:59:59", True),
        ("2026-07-01T12:00", False),
        ("2026-07-01T14:00", True),
        ("2026-07-01T19:59", True),
        ("2026-07-01T20:00", False),
        ("2026-07-05T10:00", False),
    ],
)
def test_messages_leave_in_hours_and_on_open_days(moment: str, may: bool) -> None:
    at = datetime.fromisoformat(moment)
    assert may_send(house_policy(), "changan-dealer", at, SUNDAYS_OFF) is may


def test_a_pack_may_send_every_day(tmp_path: Path) -> None:
    days = {date(2026, 7, 5): "every_day"}
    policy = changed_policy(tmp_path, "house/messages", "message_days", days)
    sunday = datetime(2026, 7, 5, 10)  # noqa: DTZ001 - hours are local
    assert may_send(policy, "skoda-dealer", sunday, SUNDAYS_OFF)


def test_days_that_nobody_knows_are_refused_with_their_line(tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, "house/messages", "message_days", {date(2026, 7, 1): "x"})
    with pytest.raises(PolicyError, match=r"messages.yaml:\d+: message_days: 'x' is not one of"):
        may_send(policy, "skoda-dealer", datetime(2026, 7, 5, 10), ALWAYS)  # noqa: DTZ001


@pytest.mark.parametrize(
    "hours",
    [
        [],
        [{"from": "12:00", "until": "09:00"}],
        [{"from": "09:00", "until": "12:00"}, {"from": "11:00", "until": "13:00"}],
        [{"from": 9, "until": 12}],
        "09:00",
    ],
)
def test_hours_that_make_no_sense_are_refused(tmp_path: Path, hours: object) -> None:
    with pytest.raises(PolicyError, match="unit hours_of_day needs stretches in order"):
        changed_policy(tmp_path, "house/messages", "message_hours", {date(2026, 7, 1): hours})
