"""The bounds of a scored month."""

from datetime import date

import pytest
from scored_month import house_policy

from aftercare.errors import PeriodRefused
from aftercare.rules.month import month_of, months_before, refuse_open_month
from aftercare.settings import PackFrom, read_group


def test_a_month_closes_on_the_fifth_of_the_next_one() -> None:
    month = month_of(house_policy(), "2026-12")
    assert (month.first_day, month.last_day, month.closing_on) == (
        date(2026, 12, 1),
        date(2026, 12, 31),
        date(2027, 1, 5),
    )


def test_a_month_may_be_scored_from_the_day_after_its_closing_day() -> None:
    month = month_of(house_policy(), "2026-06")
    with pytest.raises(PeriodRefused, match="it can be scored from 2026-07-06 on"):
        refuse_open_month(month, date(2026, 7, 5))
    refuse_open_month(month, date(2026, 7, 6))


def test_months_before_cross_the_year() -> None:
    assert months_before("2026-02", 3) == ["2025-11", "2025-12", "2026-01"]
    assert months_before("2026-02", 0) == []


def test_a_pack_is_followed_from_its_first_day_until_another_one_takes_its_place() -> None:
    group = read_group()

    def given(*lines: tuple[str, str]) -> tuple[PackFrom, ...]:
        return tuple(PackFrom.model_validate({"from": day, "pack": pack}) for day, pack in lines)

    packs = {"A": given(("2012-01-01", "old"), ("2026-07-01", "new"), ("2027-01-01", "newest"))}
    stores = {"S1": given(("2026-09-01", "new"), ("2026-12-01", "newest"))}
    known = group.model_copy(update={"packs": packs, "store_packs": stores})
    day, newest = date(2026, 6, 30), date(2026, 12, 1)
    assert known.packs_from(day) == {"old": day, "new": date(2026, 7, 1), "newest": newest}
    july = date(2026, 7, 31)
    assert known.packs_from(july) == {"new": july, "newest": newest}
