"""Places and medians that a statement tells are of people, whatever number of scorecards they have."""

from decimal import Decimal

import pytest
from rewards_month import RewardsMonth
from scored_month import MONTH
from sqlalchemy import Engine

from aftercare.reports.mail_layout import mail_text
from aftercare.reports.statement import Statement, statement_texts
from aftercare.stages.month_mails import statement_of

SCORE = "satisfied_share"
FOUR = [(18, 20), (16, 20), (14, 20), (12, 20)]
"""AC01 to AC04, the best first."""


@pytest.fixture
def month(warehouse: Engine) -> RewardsMonth:
    """A published month of four people of a post at one store; there is another store."""
    made = RewardsMonth(warehouse)
    made.store()
    made.store("SK02")
    made.post(FOUR)
    made.add("score.publication", month=MONTH, approved_by="hr.li", tells_employees=True)
    return made


def told(month: RewardsMonth, employee_no: str) -> Statement:
    return statement_of(month.engine, month.group, month.policy, MONTH, employee_no)


def said(month: RewardsMonth, employee_no: str) -> str:
    return mail_text("statement", statement_texts(told(month, employee_no), "zh"))


def test_two_scorecards_of_one_person_are_one_person_of_a_median(month: RewardsMonth) -> None:
    month.card("AC04", store_code="SK02", satisfied_share=(20, 20))
    assert told(month, "AC01").median_people == 5
    assert told(month, "AC01").median("AC", SCORE) is None
    assert "本岗中位数" not in said(month, "AC01")


def test_a_median_takes_what_somebody_reached_at_all_stores(month: RewardsMonth) -> None:
    month.card("AC04", store_code="SK02", satisfied_share=(28, 30))
    month.card("AC05", satisfied_share=(0, 20))
    # 90%, 80%, 40 of 50, 70% and 0%: the middle one is 80%.
    assert told(month, "AC01").median("AC", SCORE) == Decimal("0.8")


def test_a_figure_of_the_store_is_in_no_median_of_people(month: RewardsMonth) -> None:
    for number in range(5, 11):
        month.card(f"AC{number:02}", credit="store", referral_share=(3, 10))
    assert told(month, "AC05").median("AC", "referral_share") is None


def test_figures_of_different_units_have_medians_of_their_own(month: RewardsMonth) -> None:
    line = next(iter(month.policy.lines)).line_id
    for number in range(5, 15):
        card = month.card(f"AC{number:02}")
        month.add(
            "score.scorecard_line",
            scorecard_id=card,
            kpi_id="sqs",
            rule_id="S3-08",
            value=90 if number < 10 else 4,
            unit="100" if number < 10 else "5",
            policy_line=line,
        )
    mine = told(month, "AC05")
    assert [mine.median("AC", "sqs", unit) for unit in ("100", "5")] == [Decimal(90), Decimal(4)]


def test_a_place_is_of_people_and_of_what_they_reached_at_all_stores(month: RewardsMonth) -> None:
    second = month.card("AC04", store_code="SK02", satisfied_share=(29, 30))
    # 41 of 50 is better than 80%, and nobody is two people.
    assert set(told(month, "AC04").places.values()) == {(2, 4)}
    assert second in told(month, "AC04").places
    assert told(month, "AC02").places == {f"{MONTH}.AC.SK01.AC02": (3, 4)}
    assert said(month, "AC04").count("4 人中排第 2") == 1


def test_few_answers_at_each_of_two_stores_are_enough_together(month: RewardsMonth) -> None:
    month.card("AC05", satisfied_share=(6, 6))
    assert told(month, "AC05").places == {}
    month.card("AC05", store_code="SK02", satisfied_share=(6, 6))
    assert set(told(month, "AC05").places.values()) == {(1, 5)}


def test_a_scorecard_on_trial_has_no_place_and_takes_none(month: RewardsMonth) -> None:
    month.card("AC99", is_trial=True, satisfied_share=(20, 20))
    assert told(month, "AC01").places == {f"{MONTH}.AC.SK01.AC01": (1, 4)}
    assert told(month, "AC99").places == {}
    assert "排名" not in said(month, "AC99")
