"""What the words of a task need to know of its follow-up."""

from datetime import date

from care_group import house_policy

from aftercare.rules.follow_up_facts import FollowUpFacts

FACTS = FollowUpFacts.of(house_policy())
LINE = "skoda-dealer/follow_ups/{}/due_after@2012-01-01"


def test_follow_ups_that_share_a_script_have_titles_of_their_own() -> None:
    stems = ("second_month", "third_month", "sixth_month")
    titles = {FACTS.title("skoda-dealer", LINE.format(stem), "zh") for stem in stems}
    assert len(titles) == len(stems)
    stems = ("periodic_service", "periodic_service_second", "periodic_service_third")
    assert len({FACTS.title("skoda-dealer", LINE.format(stem), "en") for stem in stems}) == 3


def test_a_pack_s_title_is_that_of_the_pack_it_extends() -> None:
    line = "care-norm/follow_ups/inspection/due_after@2012-01-01"
    assert FACTS.title("heyuan-deepal", line, "en") == "Reminder of the vehicle inspection"


def test_a_follow_up_that_nobody_named_has_none() -> None:
    assert FACTS.title("skoda-dealer", LINE.format("nothing"), "zh") is None


def test_what_recurs_falls_on_its_months_after_the_event() -> None:
    line = LINE.format("warranty_end")
    assert FACTS.falls_on(line, date(2024, 2, 29), 36) == date(2027, 2, 28)


def test_the_number_of_any_other_follow_up_is_no_month() -> None:
    assert FACTS.falls_on(LINE.format("third_month"), date(2026, 7, 1), 2) is None
