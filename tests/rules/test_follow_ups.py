"""Which follow-ups a policy has, and what is refused as one that cannot work."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from care_group import POLICY, changed_policy, house_policy, policy_without

from aftercare.errors import PolicyError
from aftercare.rules.due import FollowUp, Offset
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy
from aftercare.rules.script_policy import scripts_of

FIRST_CALL = "changan-dealer/follow_ups/first_call"
ALL = [each for pack in house_policy().packs for each in follow_ups(house_policy(), pack)]


def of(policy: Policy, pack: str, stem: str) -> list[FollowUp]:
    return [each for each in follow_ups(policy, pack) if each.stem == stem]


def test_a_new_date_cuts_only_the_follow_ups_it_concerns(tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, FIRST_CALL, "due_after", {date(2026, 7, 1): 2})
    before, after = of(policy, "changan-dealer", "first_call")
    assert (before.due, before.event_to) == (Offset(days=3), date(2026, 6, 30))
    assert (after.due, after.event_from) == (Offset(days=2), date(2026, 7, 1))
    assert len(of(policy, "changan-dealer", "repair_call")) == 1
    assert len(of(policy, "changan-dealer", "seven_day_call")) == 1


def test_a_follow_up_can_be_switched_off_and_on_again(tmp_path: Path) -> None:
    policy = changed_policy(
        tmp_path, FIRST_CALL, "enabled", {date(2026, 7, 1): False, date(2026, 8, 1): True}
    )
    ranges = [
        (each.event_from, each.event_to) for each in of(policy, "changan-dealer", "first_call")
    ]
    assert ranges == [(date(2012, 1, 1), date(2026, 6, 30)), (date(2026, 8, 1), date.max)]


def test_a_changed_two_hour_call_also_dates_the_call_that_gives_way_to_it(tmp_path: Path) -> None:
    two_hours = "changan-dealer/follow_ups/two_hour_call"
    policy = changed_policy(tmp_path, two_hours, "due_after", {date(2026, 7, 1): 30})
    assert [each.day_after for each in of(policy, "changan-dealer", "first_call")] == [
        Offset(days=1),
        Offset(days=2),
    ]


def enabled_ranges(policy: Policy) -> Iterator[tuple[str, date]]:
    for stem in ("second_month", "third_month"):
        for each in of(policy, "skoda-dealer", stem):
            yield stem, each.event_from


def test_two_and_three_months_are_never_both_called(tmp_path: Path) -> None:
    second = "skoda-dealer/follow_ups/second_month"
    policy = changed_policy(
        tmp_path, second, "enabled", {date(2026, 7, 1): True, date(2026, 9, 1): False}
    )
    assert sorted(enabled_ranges(policy)) == [
        ("second_month", date(2026, 7, 1)),
        ("third_month", date(2012, 1, 1)),
        ("third_month", date(2026, 9, 1)),
    ]


def broken(folder: Path, item: str, old: str, new: str) -> Policy:
    copy = shutil.copytree(POLICY, folder / "policy")
    path = copy / f"{item}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Policy.load(copy)


def test_a_renewal_specialist_can_have_the_renewals(tmp_path: Path) -> None:
    item = "skoda-dealer/follow_ups/renewal_second_call"
    policy = broken(tmp_path, item, "2012-01-01: AC", "2012-01-01: RENEWAL")
    found = {each.stem: each.owner_role for each in follow_ups(policy, "skoda-dealer")}
    assert (found["renewal_second_call"], found["renewal_third_call"]) == ("RENEWAL", "AC")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "event: delivery",
            "event: purchase",
            "'purchase' is not one of delivery, registration, workshop_exit",
        ),
        ("2012-01-01: SC", "2012-01-01: SM", "'SM' is not one of SC, AC, SUP"),
        ("2012-01-01: phone", "2012-01-01: letter", "'letter' is not one of phone, sms"),
        ("2012-01-01: customer", "2012-01-01: owner", "'owner' is not one of customer"),
        ("due_after:\n  unit: calendar_day", "due_after:\n  unit: point", "not in point"),
        ("due_after:\n", "due_later:\n", "due_after as of 2012-01-01, and nothing is in force"),
        (
            "not_on_day_of: two_hour_call",
            "not_on_day_of: seven_day_call",
            "works for a call that is due within hours",
        ),
        ("rule: S4-03", "rule: S4-04", "are both S4-04, occurrence 1"),
    ],
)
def test_a_follow_up_that_cannot_work_is_refused(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    policy = broken(tmp_path, FIRST_CALL, old, new)
    with pytest.raises(PolicyError, match=message) as refused:
        follow_ups(policy, "changan-dealer")
    assert refused.value.file
    assert refused.value.key


@pytest.mark.parametrize(
    ("usage", "is_refused"), [("[taxi]", False), ("[lease, taxi]", True), ("[]", True)]
)
def test_two_follow_ups_for_one_use_of_a_vehicle_need_numbers_of_their_own(
    usage: str, is_refused: bool, tmp_path: Path
) -> None:
    policy = broken(
        tmp_path, "skoda-dealer/follow_ups/inspection_taxi", "usage: [taxi]", f"usage: {usage}"
    )
    if is_refused:
        with pytest.raises(PolicyError, match="inspection and inspection_taxi are both S2-11"):
            follow_ups(policy, "skoda-dealer")
    else:
        assert of(policy, "skoda-dealer", "inspection_taxi")


def test_what_customers_call_it_does_not_say_whether_it_is_counted(tmp_path: Path) -> None:
    of_calls = [each for each in ALL if each.about == "follow_up" and each.channel != "internal"]
    assert {each.is_counted for each in of_calls} == {True}
    assert {each.is_counted for each in ALL if each.about != "follow_up"} == {False}
    item = "changan-dealer/follow_ups/run_in_reminder"
    policy = broken(tmp_path, item, "about: service", "about: service\ncounted: true")
    (reminder,) = of(policy, "changan-dealer", "run_in_reminder")
    assert (reminder.about, reminder.is_counted) == ("service", True)


FESTIVAL, ACTIVITY = "skoda-dealer/follow_ups/festival", "skoda-dealer/follow_ups/activity"


@pytest.mark.parametrize(
    ("item", "old", "new", "message"),
    [
        (FESTIVAL, "[new_year,", "[halloween,", "halloween is no festival; there are new_year"),
        (FESTIVAL, "festivals:\n", "feasts:\n", "festivals as of 2012-01-01, and nothing is in"),
        (FESTIVAL, "calendar_month", "calendar_day", "in calendar_month, not in calendar_day"),
        (
            ACTIVITY,
            "campaign: activity",
            "campaign: sale",
            "is not one of special_weather, activity",
        ),
        (ACTIVITY, "rule: S2-16", "rule: S2-07", "are both S2-07, occurrence 0"),
    ],
)
def test_a_greeting_or_campaign_that_cannot_work_is_refused(
    item: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    policy = broken(tmp_path, item, old, new)
    with pytest.raises(PolicyError, match=message):
        follow_ups(policy, "skoda-dealer")


KILOMETRES = "care-norm/follow_ups/repurchase_odometer"
COST, AGE = "care-norm/follow_ups/repurchase_cost", "care-norm/follow_ups/repurchase"


@pytest.mark.parametrize(
    ("item", "old", "new", "message"),
    [
        (KILOMETRES, "unit: kilometre", "unit: count", "in kilometre, not in count"),
        (COST, "unit: yuan", "unit: point", "in yuan, not in point"),
        (
            AGE,
            "quiet_months:\n  unit: calendar_month",
            "quiet_months:\n  unit: count",
            "not in count",
        ),
        (
            AGE,
            "recurs_after:\n  unit: month_list",
            "odometer_from:\n  unit: kilometre",
            "needs a whole",
        ),
        (AGE, "-01: 12", "-01: 0", "quiet_months is at least 1"),
        (COST, "event: workshop_exit", "event: service_due", "service_due is no visit"),
        (COST, "-01: 20000", "-01: 0", "needs an amount in yuan above 0"),
        (COST, "-01: 20000", "-01: 0.005", "two decimals at most"),
        (KILOMETRES, "-01: 150000", "-01: 0", "needs a whole number of kilometres, 1 or more"),
        (COST, "occurrence: 2", "occurrence: 1", "are both S3-20, occurrence 1"),
    ],
)
def test_a_follow_up_of_visits_that_cannot_work_is_refused(
    item: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match=message):
        follow_ups(broken(tmp_path, item, old, new), "care-norm")


RUN_IN = "changan-dealer/follow_ups/run_in_reminder"
REPAIR = "changan-dealer/follow_ups/repair_call"


@pytest.mark.parametrize(
    ("item", "old", "new", "message"),
    [
        (RUN_IN, "[new, trade_in, repurchase, financed]", "[new, demo]", "demo is no kind of sale"),
        (
            REPAIR,
            "enabled:",
            "sale_types: {unit: text, reference: 本集团自定, values: {2012-01-01: new}}\nenabled:",
            "need not be of a sale",
        ),
        (
            REPAIR,
            "purpose: service",
            "purpose: service\nuntil_service: true",
            "need not be of a sale",
        ),
    ],
)
def test_a_follow_up_of_sales_that_cannot_work_is_refused(
    item: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match=message):
        follow_ups(broken(tmp_path, item, old, new), "changan-dealer")


def test_what_a_visit_must_have_reached_is_dated(tmp_path: Path) -> None:
    changes = {date(2026, 7, 1): "25000.50"}
    found = of(changed_policy(tmp_path, COST, "cost_from", changes), "care-norm", "repurchase_cost")
    assert [(each.event_from, each.cost_from) for each in found] == [
        (date(2012, 1, 1), Decimal(20000)),
        (date(2026, 7, 1), Decimal("25000.50")),
    ]
    assert {(each.odometer_from, each.quiet_months) for each in found} == {(None, 12)}


def test_a_lunar_birthday_stands_in_the_place_of_the_other(tmp_path: Path) -> None:
    lunar = "skoda-dealer/follow_ups/lunar_birthday"
    policy = changed_policy(tmp_path, lunar, "enabled", {date(2026, 7, 1): True})
    assert [
        (each.event, each.event_from, each.event_to)
        for each in follow_ups(policy, "skoda-dealer")
        if each.rule_id == "S2-06"
    ] == [
        ("birthday", date(2012, 1, 1), date(2026, 6, 30)),
        ("lunar_birthday", date(2026, 7, 1), date.max),
    ]


def test_a_follow_up_s_own_message_is_dated_and_only_its_own(tmp_path: Path) -> None:
    dates = {date(2026, 7, 1): "seven_day_message"}
    policy = changed_policy(tmp_path, FIRST_CALL, "message_script", dates)
    found = [each.ways for each in of(policy, "changan-dealer", "first_call")]
    assert [(ways.message_script, ways.missed_script) for ways in found] == [
        ("first_days_message", "delivery_missed"),
        ("seven_day_message", "delivery_missed"),
    ]
    (repair,) = of(policy, "changan-dealer", "repair_call")
    assert repair.ways.message_script == "repair_message"


def test_who_asks_for_a_message_is_named_by_the_follow_up_or_the_house(tmp_path: Path) -> None:
    policy = policy_without(tmp_path, FIRST_CALL, "missed_script")
    (call,) = of(policy, "changan-dealer", "first_call")
    assert dict(scripts_of(call)) == {
        "first_call": "S4-03 first_call",
        "first_days_message": "S4-03 first_call",
        "missed_call": "S4-07 attempts",
    }


def test_the_call_of_a_message_that_cannot_be_sent_has_no_message_after_it() -> None:
    (reminder,) = of(house_policy(), "changan-dealer", "run_in_reminder")
    assert {script_id for script_id, _ in scripts_of(reminder)} == {"run_in", "run_in_call"}


def test_a_message_is_one_script(tmp_path: Path) -> None:
    two = {date(2012, 1, 1): ["care_message", "missed_call"]}
    policy = changed_policy(tmp_path, FIRST_CALL, "message_script", two)
    with pytest.raises(PolicyError, match="names one script"):
        follow_ups(policy, "changan-dealer")


def test_work_inside_the_house_has_no_message(tmp_path: Path) -> None:
    item, script = "changan-dealer/follow_ups/trouble", "contact:\n"
    line = "message_script:\n  unit: text\n  reference: 本集团自定\n  values:\n    2012-01-01: care_message\n"
    policy = broken(tmp_path, item, script, f"{line}{script}")
    with pytest.raises(PolicyError, match="message_script is for contacts with customers"):
        follow_ups(policy, "changan-dealer")
