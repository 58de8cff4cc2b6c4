"""What a month gives reason to reward, without a warehouse."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from care_group import policy_without
from scored_month import house_policy

from aftercare.errors import PolicyError
from aftercare.rules.policy import Policy
from aftercare.rules.reward_people import Standing, promotions, stars
from aftercare.rules.reward_teams import StoreFigure, team_awards
from aftercare.rules.rewards import (
    NEEDS,
    QUARTERLY,
    SERVICE_STAR,
    STAR,
    Reward,
    RewardRules,
    months_of,
    months_on,
    quarter_of,
    year_of,
)
from aftercare.rules.sanctions import reason_in
from aftercare.rules.scoring import places_of

RULES = RewardRules.read(house_policy(), "skoda-dealer", date(2026, 6, 30))
LINES = RULES.names("team_lines")


def people(*satisfied: int, answered: int = 100) -> list[Standing]:
    return [
        Standing(f"E{number:02}", "AC", "S1", each, answered, (f"card{number:02}",))
        for number, each in enumerate(satisfied, 1)
    ]


DAY = date(2026, 6, 30)
ITEM = "house/rewards"


def star(rules: RewardRules) -> Reward:
    found = stars(SERVICE_STAR, "AC", people(*range(99, 89, -1)), rules, "satisfied_share", {})
    return found.rewards[0]


def test_a_kind_that_the_policy_does_not_have_is_off(tmp_path: Path) -> None:
    gone = ("nominations_needed", "team_places", "team_head_roles", "promotion_stars", "star_share")
    rules = RewardRules.read(policy_without(tmp_path, ITEM, *gone), "skoda-dealer", DAY)
    assert not any(rules.is_on(name) for name in gone)
    assert not rules.gives_team
    assert rules.names("team_head_roles") == ()
    assert rules.number("promotion_stars") == 0
    assert rules.gives_bonus
    assert promotions([star(rules)], {"E01": ["a", "b"]}, rules, "2026-06").rewards == []


def test_a_kind_is_off_before_its_first_day(tmp_path: Path) -> None:
    policy_without(tmp_path, ITEM, "team_places")
    line = {
        "rule": "S1-22", "unit": "count", "reference": "our own", "values": {date(2026, 7, 1): 1},
    }  # fmt: skip
    (tmp_path / "policy" / "skoda-dealer" / "rewards.yaml").write_text(
        yaml.safe_dump({"team_places": line}), encoding="utf-8"
    )
    policy = Policy.load(tmp_path / "policy")
    assert not RewardRules.read(policy, "skoda-dealer", DAY).gives_team
    assert RewardRules.read(policy, "skoda-dealer", date(2026, 7, 31)).gives_team


@pytest.mark.parametrize(("kind", "needs"), NEEDS.items())
def test_a_kind_without_what_it_needs_is_refused_with_file_line_rule_and_what_to_do(
    tmp_path: Path, kind: str, needs: tuple[str, ...]
) -> None:
    for name in needs:
        policy = policy_without(tmp_path / name, ITEM, name)
        with pytest.raises(PolicyError, match=rf"{name}, which it needs, is not: add") as refused:
            RewardRules.read(policy, "skoda-dealer", DAY)
        problem = refused.value
        assert (problem.file, problem.key) == (
            str(tmp_path / name / "policy" / "house" / "rewards.yaml"),
            # Of two kinds that need it the first is named.
            next(each for each, needed in NEEDS.items() if name in needed),
        )
        assert problem.line is not None
        assert re.search(r"\(S\d-\d\d\)", str(problem))


def test_what_a_kind_that_is_off_would_need_may_be_missing(tmp_path: Path) -> None:
    policy = policy_without(tmp_path, ITEM, "star_share", "star_minimum_n", "star_minimum_ranked")
    assert not RewardRules.read(policy, "skoda-dealer", DAY).is_on("star_share")


@pytest.mark.parametrize("month", ["2026-03", "2026-06", "2026-09", "2026-12"])
def test_a_quarter_ends_with_its_third_month(month: str) -> None:
    found = quarter_of(month)
    assert found is not None
    assert (len(found), found[-1]) == (3, month)


@pytest.mark.parametrize("month", ["2026-01", "2026-05", "2026-11"])
def test_no_quarter_ends_with_another_month(month: str) -> None:
    assert quarter_of(month) is None


def test_quarterly_rewards_stand_on_three_months_and_others_on_one() -> None:
    assert {len(months_of(step, "2026-06")) for step in QUARTERLY} == {3}
    assert months_of(STAR, "2026-06") == ["2026-06"]


def test_who_shares_a_value_shares_the_better_place() -> None:
    values = [Decimal(each) for each in (1, 3, 3, 2)]
    assert places_of(values) == {Decimal(3): 1, Decimal(2): 3, Decimal(1): 4}


def test_places_are_the_whole_part_of_the_share() -> None:
    found = stars(STAR, "AC", people(*range(99, 70, -1)), RULES, "satisfied_share", {})
    assert [reward.employee_no for reward in found.rewards] == ["E01", "E02"]
    assert "前 10% 为 2 个名额" in found.rewards[0].reason_zh


def test_a_reason_is_kept_in_both_languages() -> None:
    (reward,) = stars(STAR, "AC", people(*range(99, 89, -1)), RULES, "satisfied_share", {}).rewards
    assert reason_in(reward.reason, "zh") == reward.reason_zh
    assert reason_in(reward.reason, "en") == reward.reason_en


def test_a_figure_of_which_less_is_better_counts_turned_round() -> None:
    figure = StoreFigure(Decimal("0.10"), Decimal(50), "lower", ("card",))
    assert figure.merit == Decimal("0.90")


def test_the_composite_is_the_mean_of_the_lines_and_says_them() -> None:
    figures = {
        (store, name): StoreFigure(Decimal(value), Decimal(50), "higher", (f"card{store}",))
        for store, values in {
            "S1": ("0.9", "0.9", "0.9"),
            "S2": ("1", "1", "0.6"),
            "S3": ("0.5", "0.5", "0.5"),
        }.items()
        for name, value in zip(LINES, values, strict=True)
    }
    found = team_awards(["S1", "S2", "S3"], figures, {}, RULES, {})
    assert [reward.store_code for reward in found.rewards] == ["S1"]
    assert "is the mean of follow_up_coverage 90%" in found.rewards[0].reason_en


@pytest.mark.parametrize(
    ("month", "later"),
    [
        ("2026-01", ["2026-03", "2026-12"]),
        ("2026-03", ["2026-12"]),
        ("2026-05", ["2026-06", "2026-12"]),
        ("2026-10", ["2026-12"]),
        ("2026-12", []),
    ],
)
def test_the_ends_of_a_months_quarter_and_year_look_back_on_it(
    month: str, later: list[str]
) -> None:
    assert months_on(month) == later
    assert all(month in (quarter_of(each) or []) + (year_of(each) or []) for each in later)
