"""Reward proposals of a month and of a quarter, on a real warehouse; rule by rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Literal

import pytest
from care_group import changed_policy, policy_without
from rewards_month import QUARTER, RewardsMonth
from scored_month import MONTH, POLICY, TODAY
from sqlalchemy import Engine

from aftercare.errors import NotAllowed, PeriodRefused, PipelineFault
from aftercare.proposal_rows import keep
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.proposals import decide, list_proposals, propose, undecided
from aftercare.stages.rewards import approved_rewards
from aftercare.stages.scorecards import score_month

TEN = [(19, 20), *[(18, 20)] * 9]
TEAM = ("follow_up_coverage", "follow_up_on_time", "satisfied_share")


@pytest.fixture
def month(warehouse: Engine) -> RewardsMonth:
    made = RewardsMonth(warehouse)
    made.store()
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    return made


def approve(month: RewardsMonth, *keys: str, user: str = "hr.li") -> dict[str, int]:
    return decide(month.engine, month.group, month.policy, keys, "approve", "", user, TODAY)


# S1-20: the satisfaction star of a month.


def test_the_first_tenth_of_a_post_is_proposed_with_rank_and_line(month: RewardsMonth) -> None:
    month.post(TEN)
    assert month.propose()["rewards"] == 1
    (star,) = month.rewards("satisfaction_star")
    assert star["proposal_id"] == "2026-06.AC01.satisfaction_star"
    assert (star["rank_no"], star["ranked"], star["rule_id"]) == (1, 10, "S1-20")
    assert star["policy_line"] == "house/rewards/star_share@2012-01-01"
    assert (star["correct_by"], star["scorecard_id"]) == (None, "2026-06.AC.SK01.AC01")
    assert "19/20（95%），同岗位参评 10 人中排第 1 名" in star["reason"]
    assert "place 1 of 10 ranked people" in star["reason"]
    assert month.behind(star["proposal_id"]) == [
        ("scorecard_line", "2026-06.AC.SK01.AC01|satisfied_share")
    ]


def test_who_shares_the_last_place_shares_the_star(month: RewardsMonth) -> None:
    month.post([(19, 20), (38, 40), *[(18, 20)] * 8])
    month.propose()
    assert month.people("satisfaction_star") == ["AC01", "AC02"]
    assert {row["rank_no"] for row in month.rewards()} == {1}


def test_nineteen_people_have_one_place_and_twenty_have_two(month: RewardsMonth) -> None:
    month.post([(20 - number, 20) for number in range(19)])
    month.propose()
    assert month.people("satisfaction_star") == ["AC01"]
    month.card("AC20", satisfied_share=(0, 20))
    month.propose()
    assert month.people("satisfaction_star") == ["AC01", "AC02"]


def test_nine_ranked_people_are_too_few_and_it_is_said(month: RewardsMonth) -> None:
    month.post([*TEN[:9], (9, 9)])
    assert month.propose()["rewards"] == 0
    (note,) = month.notes("satisfaction_star")
    assert note.startswith("9 people have at least 10 answers, fewer than 10")
    assert note.endswith("1 have fewer answers.")


def test_ten_answers_are_enough_and_answers_at_two_stores_are_one_persons(
    month: RewardsMonth,
) -> None:
    month.store("SK02")
    month.post(TEN[1:])
    month.card("AC99", satisfied_share=(6, 6))
    month.card("AC99", store_code="SK02", satisfied_share=(4, 4))
    month.propose()
    (star,) = month.rewards("satisfaction_star")
    assert (star["employee_no"], star["store_code"]) == ("AC99", "SK01")
    assert len(month.behind(star["proposal_id"])) == 2


def test_posts_are_ranked_apart(month: RewardsMonth) -> None:
    month.post(TEN)
    month.post(TEN[::-1], role="SC")
    month.propose()
    assert month.people("satisfaction_star") == ["AC01", "SC10"]


def test_a_sanction_proposed_for_the_star_is_named(month: RewardsMonth) -> None:
    month.post(TEN)
    month.complaint("AC01")
    propose(month.engine, month.group, month.policy, MONTH)
    month.propose()
    (star,) = month.rewards("satisfaction_star")
    assert ("sanction_proposal", "2026-06.AC01.oral_warning") in month.behind(star["proposal_id"])
    assert "oral_warning" not in star["reason"], "the reason is told to the person"


def test_a_sanction_that_was_rejected_is_not_named(month: RewardsMonth) -> None:
    for each in QUARTER:
        month.post(TEN, month=each)
    month.complaint("AC01", on=date(2026, 5, 12))
    propose(month.engine, month.group, month.policy, "2026-05")
    warning = ("sanction_proposal", "2026-05.AC01.oral_warning")
    month.propose()
    assert warning in month.behind("2026-06.AC01.service_star")
    decide(
        month.engine,
        month.group,
        month.policy,
        [warning[1]],
        "reject",
        "the car's fault",
        "hr.li",
        TODAY,
    )
    month.propose()
    assert warning not in month.behind("2026-06.AC01.service_star")


def test_who_is_first_in_two_posts_has_a_proposal_for_each(month: RewardsMonth) -> None:
    month.post(TEN[1:])
    month.post(TEN[1:], role="SC")
    month.person("E1", "AC")
    for role in ("AC", "SC"):
        month.card("E1", role=role, satisfied_share=(20, 20))
    assert month.propose()["rewards"] == 2
    stars = month.rewards("satisfaction_star")
    assert [row["proposal_id"] for row in stars] == [
        "2026-06.E1.satisfaction_star.AC",
        "2026-06.E1.satisfaction_star.SC",
    ]
    assert [row["scorecard_id"] for row in stars] == ["2026-06.AC.SK01.E1", "2026-06.SC.SK01.E1"]
    assert month.propose()["rewards_changed"] == 0


def test_two_proposals_with_one_id_are_a_fault(month: RewardsMonth) -> None:
    month.scored()
    rows = [{"proposal_id": "2026-06.E1.bonus"}] * 2
    with (
        month.engine.begin() as connection,
        pytest.raises(PipelineFault, match=r"twice under one id: 2026-06\.E1\.bonus"),
    ):
        keep(connection, "reward", MONTH, rows, {})


def test_scorecards_on_trial_are_in_no_ranking(month: RewardsMonth) -> None:
    month.post(TEN)
    month.card("AC99", is_trial=True, satisfied_share=(20, 20))
    month.propose()
    assert month.people("satisfaction_star") == ["AC01"]
    assert month.rewards()[0]["ranked"] == 10


# S1-21: awards by nomination.


def test_a_nomination_is_a_proposal_with_the_form_behind_it(month: RewardsMonth) -> None:
    month.scored()
    month.person("T1", "TECHNICIAN")
    key = month.nomination("T1", "innovation")
    month.propose()
    (award,) = month.rewards()
    assert (award["step"], award["rule_id"]) == ("award_innovation", "S1-21")
    assert (award["scorecard_id"], award["rank_no"]) == (None, None)
    assert month.behind(award["proposal_id"]) == [("nomination", key)]


def test_two_who_nominate_one_person_are_one_proposal_and_two_awards_are_two(
    month: RewardsMonth,
) -> None:
    month.scored()
    month.person("T1", "TECHNICIAN")
    month.nomination("T1", "collaboration", "D1")
    month.nomination("T1", "collaboration", "D2")
    month.nomination("T1", "complaint_handling", "D1")
    month.propose()
    assert [row["step"] for row in month.rewards()] == [
        "award_collaboration",
        "award_complaint_handling",
    ]
    assert "由 2 人提名" in month.rewards("award_collaboration")[0]["reason"]


def test_who_holds_no_post_there_or_is_nominated_for_another_month_is_not_proposed(
    month: RewardsMonth,
) -> None:
    month.scored()
    month.store("SK02")
    month.person("T1", "TECHNICIAN", "SK02")
    month.person("T2", "TECHNICIAN", until=date(2026, 5, 31))
    month.person("T3", "TECHNICIAN")
    for person in ("T1", "T2", "nobody"):
        month.nomination(person)
    month.nomination("T3", month="2026-05")
    month.propose()
    assert month.rewards() == []
    assert len(month.notes("award_innovation")) == 3
    assert "T1 held no post at SK01" in month.notes("award_innovation")[0]


def test_the_last_day_in_a_post_is_enough(month: RewardsMonth) -> None:
    month.scored()
    month.person("T1", "TECHNICIAN", until=date(2026, 6, 1))
    month.nomination("T1")
    month.propose()
    assert month.people("award_innovation") == ["T1"]


# S1-22: the team award of a quarter.


def teams(month: RewardsMonth, merits: dict[str, int], months: tuple[str, ...] = QUARTER) -> None:
    """Stores whose one person reached so many of 20 in every figure of every month."""
    for store, reached in merits.items():
        if not month.rows("core.store", store_code=store):
            month.store(store)
        for each in months:
            month.card(
                f"P{store}",
                store_code=store,
                month=each,
                **dict.fromkeys(TEAM, (reached, 20)),
            )


def test_the_best_store_of_a_quarter_and_its_head_are_proposed(month: RewardsMonth) -> None:
    teams(month, {"SK01": 18, "SK02": 19, "SK03": 17})
    month.person("D2", "DIR", "SK02")
    month.propose()
    (team,) = month.rewards("team_award")
    assert (team["proposal_id"], team["employee_no"]) == ("2026-06.SK02.team_award", None)
    assert (team["rank_no"], team["ranked"], team["rule_id"]) == (1, 3, "S1-22")
    assert "composite is 95%" in team["reason"]
    assert len(month.behind(team["proposal_id"])) == 9
    assert month.people("team_award_head") == ["D2"]
    listed = {row["proposal_id"]: row for row in list_proposals(month.engine, MONTH)}
    assert listed[team["proposal_id"]]["employee_name"] == "SK02 店"


YEAR = tuple(f"2026-{place:02}" for place in range(1, 13))
DECEMBER = YEAR[-1]


def test_the_best_store_of_a_year_is_proposed_beside_that_of_the_last_quarter(
    month: RewardsMonth,
) -> None:
    # SK01 is ahead in the last quarter, and SK02 over the year.
    teams(month, {"SK01": 10, "SK02": 19, "SK03": 11}, YEAR[:9])
    teams(month, {"SK01": 20, "SK02": 18, "SK03": 11}, YEAR[9:])
    month.person("D2", "DIR", "SK02")
    month.propose(DECEMBER)
    (of_quarter,) = month.rewards("team_award", DECEMBER)
    (of_year,) = month.rewards("year_team_award", DECEMBER)
    assert (of_quarter["store_code"], of_year["store_code"]) == ("SK01", "SK02")
    assert (of_year["rule_id"], of_year["rank_no"], of_year["ranked"]) == ("S1-22", 1, 3)
    assert of_year["policy_line"] == "house/rewards/team_year_places@2026-01-01"
    assert "年度综合 93.8%" in of_year["reason"]
    assert "The year's composite is 93.8%" in of_year["reason"]
    assert len(month.behind(of_year["proposal_id"])) == 36
    (head,) = month.rewards("year_team_award_head", DECEMBER)
    assert head["employee_no"] == "D2"
    with pytest.raises(NotAllowed, match=f"rests on {of_year['proposal_id']}"):
        approve(month, head["proposal_id"])
    assert approve(month, head["proposal_id"], of_year["proposal_id"])["decided"] == 2


def test_who_was_scored_in_january_decides_no_award_of_the_year(month: RewardsMonth) -> None:
    teams(month, {"SK01": 18, "SK02": 19, "SK03": 17}, YEAR)
    month.card("Z1", month=YEAR[0], **dict.fromkeys(TEAM, (3, 3)))
    month.add("ops.user_role", user_name="hr.z", role="hr", store_code="*", employee_no="Z1")
    month.propose(DECEMBER)
    with pytest.raises(NotAllowed, match="2026-01"):
        approve(month, f"{DECEMBER}.SK02.year_team_award", user="hr.z")


def test_a_year_of_which_a_month_was_not_scored_proposes_no_award_and_says_so(
    month: RewardsMonth,
) -> None:
    teams(month, {"SK01": 18, "SK02": 19, "SK03": 17}, YEAR[1:])
    month.propose(DECEMBER)
    assert month.rewards("year_team_award", DECEMBER) == []
    assert month.notes("year_team_award", DECEMBER) == [
        "No scorecards of 2026-01, months of this year: nobody is chosen."
    ]
    assert len(month.rewards("team_award", DECEMBER)) == 1


def test_before_its_date_no_award_of_a_year_is_proposed_or_spoken_of(month: RewardsMonth) -> None:
    months = tuple(f"2025-{place:02}" for place in range(1, 13))
    teams(month, {"SK01": 18, "SK02": 19, "SK03": 17}, months)
    month.propose("2025-12")
    assert month.rewards("year_team_award", "2025-12") == []
    assert month.notes("year_team_award", "2025-12") == []
    assert len(month.rewards("team_award", "2025-12")) == 1


def test_two_stores_that_share_the_first_place_share_the_award(month: RewardsMonth) -> None:
    teams(month, {"SK01": 19, "SK02": 19, "SK03": 17})
    month.propose()
    assert [row["store_code"] for row in month.rewards("team_award")] == ["SK01", "SK02"]
    assert len(month.notes("team_award_head")) == 2


def test_who_heads_two_stores_that_share_the_first_place_has_a_proposal_for_each(
    month: RewardsMonth,
) -> None:
    teams(month, {"SK01": 19, "SK02": 19, "SK03": 17})
    for store in ("SK01", "SK02"):
        month.person("D1", "DIR", store)
    month.propose()
    heads = month.rewards("team_award_head")
    assert [(row["proposal_id"], row["store_code"]) for row in heads] == [
        ("2026-06.D1.team_award_head.SK01", "SK01"),
        ("2026-06.D1.team_award_head.SK02", "SK02"),
    ]


def test_a_heads_reward_is_approved_after_the_teams_or_with_it(month: RewardsMonth) -> None:
    teams(month, {"SK01": 18, "SK02": 19, "SK03": 17})
    month.person("D2", "DIR", "SK02")
    month.propose()
    team, head = "2026-06.SK02.team_award", "2026-06.D2.team_award_head"
    with pytest.raises(NotAllowed, match=f"{head} rests on {team}, which is not approved"):
        approve(month, head)
    decide(month.engine, month.group, month.policy, [team], "reject", "no", "hr.li", TODAY)
    with pytest.raises(NotAllowed, match="rests on"):
        approve(month, head)
    assert (
        decide(
            month.engine, month.group, month.policy, [head], "reject", "no team", "hr.li", TODAY
        )["decided"]
        == 1
    )
    assert approve(month, head, team)["decided"] == 2


def test_a_store_without_a_figure_or_with_too_little_is_not_ranked_and_two_are_too_few(
    month: RewardsMonth,
) -> None:
    teams(month, {"SK01": 18, "SK02": 19})
    month.store("SK03")
    for each in QUARTER:
        month.card("PSK03", store_code="SK03", month=each, satisfied_share=(20, 20))
    month.propose()
    assert month.rewards("team_award") == []
    assert month.notes("team_award") == [
        "2 stores are ranked, fewer than 3: none is chosen.",
        "A figure is unknown or stands on fewer than 10, so not ranked: SK03.",
    ]


def test_a_month_within_the_quarter_proposes_no_quarterly_reward(month: RewardsMonth) -> None:
    teams(month, {"SK01": 18, "SK02": 19, "SK03": 17}, ("2026-04", "2026-05"))
    month.propose("2026-05")
    assert month.rewards("team_award", "2026-05") == []
    assert month.notes("team_award", "2026-05") == []


def test_a_quarter_of_which_a_month_was_not_scored_proposes_nothing_and_says_so(
    month: RewardsMonth,
) -> None:
    teams(month, {"SK01": 18, "SK02": 19, "SK03": 17}, ("2026-05", "2026-06"))
    month.propose()
    assert month.rewards("team_award") == []
    for step in ("team_award", "service_star"):
        assert month.notes(step) == [
            "No scorecards of 2026-04, months of this quarter: nobody is chosen."
        ]


def test_a_quarter_whose_first_month_is_scored_last_proposes_what_it_would_have_in_order(
    month: RewardsMonth,
) -> None:
    for each in reversed(QUARTER):
        quarter(month, (each,))
        teams(month, {"SK01": 18, "SK02": 19, "SK03": 17}, (each,))
        month.propose(each)
        month.propose_later(each)
    assert "AC01" in month.people("service_star")
    assert [row["store_code"] for row in month.rewards("team_award")] == ["SK02"]
    assert month.notes("service_star") == month.notes("team_award") == []
    # Nothing is written when nothing is otherwise.
    assert month.propose_later(QUARTER[0]) == {QUARTER[2]: 0}


def test_a_later_month_that_was_not_scored_or_was_decided_on_stays_as_it_is(
    month: RewardsMonth,
) -> None:
    quarter(month, QUARTER[:2])
    assert month.propose_later("2026-05") == {}
    quarter(month, QUARTER[2:])
    month.told(QUARTER[2])
    assert month.propose_later("2026-05") == {QUARTER[2]: 0}
    assert month.rewards() == []


def test_what_is_the_stores_counts_once_a_month_whoever_shows_it(month: RewardsMonth) -> None:
    teams(month, {"SK02": 18, "SK03": 17})
    for each in QUARTER:
        for person in ("A1", "A2"):
            month.card(person, month=each, credit="store", **dict.fromkeys(TEAM, (3, 3)))
    month.propose()
    assert "so not ranked: SK01." in month.notes("team_award")[1]


# S3-18: a bonus without an amount.


def sold(month: RewardsMonth, counted: int, of: int = 40) -> None:
    month.card("S1", role="SUP", credit="store", sales_completion=(counted, of))


def test_satisfaction_and_sales_that_are_reached_propose_a_bonus_without_an_amount(
    month: RewardsMonth,
) -> None:
    month.card("E1", role="SC", satisfied_share=(9, 10))
    sold(month, 40)
    month.propose()
    (bonus,) = month.rewards("bonus")
    assert (bonus["employee_no"], bonus["rule_id"]) == ("E1", "S3-18")
    assert "元" not in bonus["reason"]
    assert month.behind(bonus["proposal_id"]) == [
        ("scorecard_line", "2026-06.SC.SK01.E1|satisfied_share"),
        ("scorecard_line", "2026-06.SUP.SK01.S1|sales_completion"),
    ]


@pytest.mark.parametrize(("store", "own", "bonuses"), [(30, 40, 0), (40, 5, 1)])
def test_the_store_s_plan_says_what_it_sold_not_a_supervisor_s_own(
    month: RewardsMonth, store: int, own: int, bonuses: int
) -> None:
    month.card("E1", role="SC", satisfied_share=(9, 10))
    sold(month, store)
    month.card("S2", role="SUP", sales_completion=(own, 20))
    month.propose()
    assert len(month.rewards("bonus")) == bonuses


def test_where_nobody_planned_for_the_store_supervisors_plans_are_asked(
    month: RewardsMonth,
) -> None:
    month.card("E1", role="SC", satisfied_share=(9, 10))
    month.card("S2", role="SUP", sales_completion=(20, 20))
    month.propose()
    assert month.people("bonus") == ["E1"]


@pytest.mark.parametrize(
    ("role", "satisfied", "counted"),
    [("SC", (89, 100), 40), ("SC", (9, 10), 39), ("AC", (10, 10), 40), ("SC", (9, 9), 40)],
)
def test_what_is_missed_of_another_post_or_too_little_proposes_no_bonus(
    month: RewardsMonth, role: str, satisfied: tuple[int, int], counted: int
) -> None:
    month.card("E1", role=role, satisfied_share=satisfied)
    sold(month, counted)
    month.propose()
    assert month.rewards("bonus") == []


def test_sales_that_nobody_knows_propose_no_bonus_and_it_is_said(month: RewardsMonth) -> None:
    month.card("E1", role="SC", satisfied_share=(10, 10))
    month.propose()
    assert month.rewards("bonus") == []
    assert month.notes("bonus") == ["Sales of plan unknown, so not proposed: SK01."]


# S3-19: the service star of a quarter, and the referral to HR.


def quarter(month: RewardsMonth, months: tuple[str, ...] = QUARTER) -> None:
    for each in months:
        month.post(TEN, month=each)


def test_the_service_star_stands_on_three_months(month: RewardsMonth) -> None:
    quarter(month)
    month.propose()
    (star,) = month.rewards("service_star")
    assert (star["employee_no"], star["rank_no"], star["ranked"]) == ("AC01", 1, 10)
    assert "57/60" in star["reason"]
    assert [key for _, key in month.behind(star["proposal_id"])] == [
        f"{each}.AC.SK01.AC01|satisfied_share" for each in QUARTER
    ]
    assert month.people("promotion_referral") == []


def test_ten_answers_of_the_quarter_are_enough(month: RewardsMonth) -> None:
    for each, score in zip(QUARTER, [(4, 4), (3, 3), (3, 3)], strict=True):
        month.post([score, *[(1, 4)] * 9], month=each)
    month.propose()
    assert month.people("service_star") == ["AC01"]
    assert month.people("satisfaction_star") == []


def test_sales_care_is_no_service(month: RewardsMonth) -> None:
    for each in QUARTER:
        month.post(TEN, role="SC", month=each)
    month.propose()
    assert month.people("service_star") == []


def test_a_second_service_star_within_a_year_is_referred_to_hr(month: RewardsMonth) -> None:
    quarter(month, ("2026-01", "2026-02", "2026-03"))
    month.propose("2026-03")
    approve(month, "2026-03.AC01.service_star")
    quarter(month)
    month.propose()
    (referral,) = month.rewards("promotion_referral")
    assert (referral["employee_no"], referral["rule_id"]) == ("AC01", "S3-19")
    assert month.behind(referral["proposal_id"]) == [
        ("reward_proposal", "2026-03.AC01.service_star"),
        ("reward_proposal", "2026-06.AC01.service_star"),
    ]
    assert "nothing is computed here" in referral["reason"]
    with pytest.raises(NotAllowed, match=r"rests on 2026-06\.AC01\.service_star"):
        approve(month, referral["proposal_id"])
    approve(month, "2026-06.AC01.service_star")
    assert approve(month, referral["proposal_id"])["decided"] == 1


@pytest.mark.parametrize(
    ("earlier", "decision"), [("2026-03", "reject"), ("2026-03", None), ("2025-06", "approve")]
)
def test_a_star_that_was_rejected_undecided_or_long_ago_refers_nobody(
    month: RewardsMonth, earlier: str, decision: str | None
) -> None:
    year, last = int(earlier[:4]), int(earlier[5:])
    quarter(month, tuple(f"{year}-{each:02}" for each in range(last - 2, last + 1)))
    month.propose(earlier)
    if decision:
        key = f"{earlier}.AC01.service_star"
        decide(month.engine, month.group, month.policy, [key], decision, "seen", "hr.li", TODAY)  # type: ignore[arg-type]
    quarter(month)
    month.propose()
    assert month.people("service_star") == ["AC01"]
    assert month.people("promotion_referral") == []


# S1-23: the record.


def test_approved_rewards_are_on_record_for_a_year_and_others_are_not(
    month: RewardsMonth,
) -> None:
    month.post(TEN)
    month.nomination("AC02")
    month.propose()
    star, award = "2026-06.AC01.satisfaction_star", "2026-06.AC02.award_innovation"
    approve(month, star)
    decide(month.engine, month.group, month.policy, [award], "reject", "no", "hr.li", TODAY)
    assert [row["proposal_id"] for row in approved_rewards(month.engine, month.policy, MONTH)] == [
        star
    ]
    assert len(approved_rewards(month.engine, month.policy, "2027-05")) == 1
    assert approved_rewards(month.engine, month.policy, "2027-06") == []


@pytest.mark.parametrize(("answer", "left"), [("dismiss", 1), ("uphold", 0)])
def test_a_reward_on_a_figure_to_which_an_objection_was_upheld_is_not_on_record(
    month: RewardsMonth, answer: Literal["dismiss", "uphold"], left: int
) -> None:
    month.post(TEN)
    month.propose()
    star = "2026-06.AC01.satisfaction_star"
    approve(month, star)
    asked = raise_objection(
        *(month.engine, month.group, month.policy, MONTH),
        *("AC01", "satisfied_share", "not mine", "hr.li", TODAY),
    )
    assert len(approved_rewards(month.engine, month.policy, MONTH)) == 1
    answer_objection(month.engine, asked["objection"], answer, "seen", "hr.wu", TODAY)
    assert len(approved_rewards(month.engine, month.policy, MONTH)) == left


def test_an_objection_to_a_figure_freezes_the_reward_that_stands_on_it(
    month: RewardsMonth,
) -> None:
    month.post(TEN)
    month.propose()
    raised = raise_objection(
        *(month.engine, month.group, month.policy, MONTH),
        *("AC01", "satisfied_share", "not mine", "hr.li", TODAY),
    )
    star = "2026-06.AC01.satisfaction_star"
    with pytest.raises(NotAllowed, match="under objection"):
        approve(month, star)
    answer_objection(month.engine, raised["objection"], "dismiss", "seen", "hr.wu", TODAY)
    assert approve(month, star)["decided"] == 1


# Turned off, packs on trial, a second run, decisions.


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("star_share", "satisfaction_star"),
        ("nominations_needed", "award_innovation"),
        ("service_star_share", "service_star"),
        ("team_places", "team_award"),
        ("team_head_roles", "team_award_head"),
        ("bonus_satisfied_from", "bonus"),
    ],
)
def test_a_line_of_null_turns_its_kind_off_without_a_note(
    warehouse: Engine, tmp_path: Path, line: str, step: str
) -> None:
    folder = tmp_path / "policy"
    copytree(POLICY, folder)
    written = folder / "house" / "rewards.yaml"
    head, name, rest = written.read_text(encoding="utf-8").partition(f"\n{line}:\n")
    rest = rest.replace("  values:\n", "  values:\n    2026-06-01: null\n", 1)
    written.write_text(head + name + rest, encoding="utf-8")
    month = RewardsMonth(warehouse, Policy.load(folder))
    for store in ("SK01", "SK02", "SK03"):
        month.store(store)
    for each in QUARTER:
        month.post(TEN, month=each)
    month.nomination("AC01")
    if line == "nominations_needed":
        month.nomination("nobody")
    month.card("E1", role="SC", satisfied_share=(10, 10))
    sold(month, 40)
    teams(month, {"SK02": 18, "SK03": 19}, QUARTER)
    for each in QUARTER:
        month.card("P1", month=each, **dict.fromkeys(TEAM, (20, 20)))
    month.person("D1", "DIR")
    month.propose()
    kinds = {"satisfaction_star", "award_innovation", "service_star", "bonus"}
    kinds |= {"team_award", "team_award_head"}
    gone = {step, "team_award_head"} if step == "team_award" else {step}
    assert {row["step"] for row in month.rewards()} == kinds - gone
    assert month.notes(step) == []


def test_a_score_of_null_proposes_nothing_by_answers_and_leaves_the_rest(
    warehouse: Engine, tmp_path: Path
) -> None:
    policy = changed_policy(tmp_path, "house/rewards", "score", {date(2026, 6, 1): None})
    month = RewardsMonth(warehouse, policy)
    for store in ("SK01", "SK02", "SK03"):
        month.store(store)
    for each in QUARTER:
        month.post(TEN, month=each)
    month.nomination("AC01")
    month.card("E1", role="SC", satisfied_share=(10, 10))
    sold(month, 40)
    month.propose()
    assert {row["step"] for row in month.rewards()} == {"award_innovation"}
    month.propose("2026-05")
    assert {row["step"] for row in month.rewards(month="2026-05")} == {"satisfaction_star"}


def test_stars_go_by_the_score_of_the_day(warehouse: Engine, tmp_path: Path) -> None:
    other = {date(2026, 6, 1): "follow_up_coverage"}
    month = RewardsMonth(warehouse, changed_policy(tmp_path, "house/rewards", "score", other))
    month.store()
    for number in range(10):
        month.card(f"E{number}", satisfied_share=(20 - number, 20), follow_up_coverage=(number, 20))
    month.propose()
    assert month.people("satisfaction_star") == ["E9"]


def test_a_house_that_lacks_kinds_of_rewards_proposes_the_others(
    warehouse: Engine, tmp_path: Path
) -> None:
    gone = ("nominations_needed", "team_lines", "promotion_stars", "bonus_sales_from")
    month = RewardsMonth(warehouse, policy_without(tmp_path, "house/rewards", *gone))
    month.store()
    for each in QUARTER:
        month.post(TEN, month=each)
    month.nomination("AC01")
    month.propose()
    assert {row["step"] for row in month.rewards()} == {"satisfaction_star", "service_star"}


def test_stores_of_a_pack_on_trial_propose_nothing_and_it_is_said(month: RewardsMonth) -> None:
    month.store("DP01", brand="DEEPAL")
    month.scored("2025-12")
    month.person("T1", "TECHNICIAN", "DP01")
    month.nomination("T1", store_code="DP01", month="2025-12")
    month.propose("2025-12")
    assert month.rewards(month="2025-12") == []
    (note,) = month.notes("trial", "2025-12")
    assert note == (
        "The pack heyuan-deepal is on trial and proposes no reward: DP01. "
        "Because heyuan-deepal was published on 2026-01-01, after the month began."
    )


def test_a_second_run_changes_nothing_also_after_scoring_again(month: RewardsMonth) -> None:
    for number in range(1, 11):
        month.person(f"E{number:02}", "AC")
        month.answered(f"E{number:02}", [9] * 10, role="AC")
    month.person("T1", "TECHNICIAN")
    month.nomination("T1")
    for _ in range(2):
        score_month(month.engine, month.group, month.policy, MONTH, TODAY)
        propose(month.engine, month.group, month.policy, MONTH)
        counts = month.propose()
    again = score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    assert again["changed"] == 0
    assert counts["rewards"] == 11
    assert (counts["rewards_changed"], counts["rewards_differ"]) == (0, 0)


def test_a_reward_and_a_note_go_when_their_reasons_go(month: RewardsMonth) -> None:
    month.post(TEN[:9])
    month.propose()
    assert month.notes("satisfaction_star")
    month.card("AC10", satisfied_share=(20, 20))
    month.propose()
    assert month.notes("satisfaction_star") == []
    assert month.people("satisfaction_star") == ["AC10"]
    month.card("AC11", satisfied_share=(20, 20))
    month.card("AC12", satisfied_share=(200, 200))
    month.propose()
    assert month.people("satisfaction_star") == ["AC10", "AC11", "AC12"]


def test_sanctions_made_again_leave_rewards_and_rewards_leave_sanctions(
    month: RewardsMonth,
) -> None:
    month.post(TEN)
    month.complaint("AC05")
    propose(month.engine, month.group, month.policy, MONTH)
    month.propose()
    again = propose(month.engine, month.group, month.policy, MONTH)
    assert (again["proposals"], again["proposals_changed"]) == (1, 0)
    assert month.propose()["rewards_changed"] == 0
    assert undecided(month.engine, MONTH) == [
        "2026-06.AC01.satisfaction_star",
        "2026-06.AC05.oral_warning",
    ]


def test_a_month_that_was_decided_on_keeps_its_rewards(month: RewardsMonth) -> None:
    month.post(TEN)
    month.propose()
    approve(month, "2026-06.AC01.satisfaction_star")
    month.nomination("AC02")
    counts = month.propose()
    assert (counts["rewards"], counts["rewards_changed"], counts["rewards_differ"]) == (1, 0, 1)
    frozen = propose(month.engine, month.group, month.policy, MONTH)
    assert frozen["proposals_differ"] == 0


def test_a_month_that_was_not_scored_proposes_nothing(month: RewardsMonth) -> None:
    with pytest.raises(PeriodRefused, match="score it first"):
        month.propose()


@pytest.mark.parametrize("how", ["scored", "rated", "nominated"])
def test_who_is_scored_rated_or_nominated_decides_no_reward(month: RewardsMonth, how: str) -> None:
    month.post(TEN)
    month.propose()
    month.person("M1", "SM")
    month.add("ops.user_role", user_name="he", role="manager", store_code="*", employee_no="M1")
    if how == "scored":
        month.card("M1", role="SM", satisfied_share=(1, 1))
    elif how == "rated":
        month.rating("M1", "improvement", "8")
    else:
        month.nomination("M1", nominator_no="D9")
    with pytest.raises(NotAllowed, match="he is scored, rated or nominated in 2026-06"):
        approve(month, "2026-06.AC01.satisfaction_star", user="he")
    assert month.count("score.decision") == 0


@pytest.mark.parametrize("how", ["rated", "nominated"])
def test_who_rated_or_nominated_in_its_month_decides_no_reward(
    month: RewardsMonth, how: str
) -> None:
    month.post(TEN)
    if how == "rated":
        month.rating("AC02", "improvement", "8", rater_no="M1")
    else:
        month.nomination("AC02", nominator_no="M1")
    month.propose()
    month.add("ops.user_role", user_name="he", role="manager", store_code="*", employee_no="M1")
    for award in month.rewards():
        with pytest.raises(NotAllowed, match="he rated or nominated somebody in 2026-06"):
            approve(month, award["proposal_id"], user="he")
    assert approve(month, "2026-06.AC01.satisfaction_star")["decided"] == 1


def test_who_was_scored_in_another_month_of_the_quarter_decides_no_reward_of_it(
    month: RewardsMonth,
) -> None:
    quarter(month)
    month.propose()
    month.card("M1", role="SM", month="2026-04", satisfied_share=(1, 1))
    month.add("ops.user_role", user_name="he", role="manager", store_code="*", employee_no="M1")
    with pytest.raises(NotAllowed, match="in 2026-04, 2026-05, 2026-06"):
        approve(month, "2026-06.AC01.service_star", user="he")
    assert approve(month, "2026-06.AC01.satisfaction_star", user="he")["decided"] == 1


def test_a_stores_award_is_decided_by_who_may_decide_for_all_stores(month: RewardsMonth) -> None:
    teams(month, {"SK01": 19, "SK02": 18, "SK03": 17})
    month.propose()
    month.role("manager.he", "manager", "SK01")
    month.role("manager.wu", "manager")
    with pytest.raises(NotAllowed, match="for all stores"):
        approve(month, "2026-06.SK01.team_award", user="manager.he")
    assert approve(month, "2026-06.SK01.team_award", user="manager.wu")["decided"] == 1


def test_no_text_of_a_reward_speaks_of_money() -> None:
    said = (PROJECT / "plugins" / "aftercare" / "rules" / "rewards.py").read_text(encoding="utf-8")
    assert not any(word in said for word in ("元", "yuan", "RMB"))
