"""The supervisor's scorecard of 100 points, on a real warehouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from core_rows import core_row
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.stages.scorecards import evidence, score_month

CARD = "2026-06.SUP.SK01.S1"
ITEMS = {
    "insurance_points": 20,
    "care_activity_points": 10,
    "sales_points": 20,
    "satisfaction_points": 30,
    "complaint_points": 10,
    "improvement_points": 10,
}
FEEDS = ("insurance_policy", "sales_order", "referral", "complaint")


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("S1", role="SUP")
    made.feeds(*FEEDS)
    return made


def score(month: ScoredMonth) -> dict[str, Any]:
    return score_month(month.engine, month.group, month.policy, MONTH, TODAY)


def policy(month: ScoredMonth, store_code: str = "SK01", **values: Any) -> None:
    month.add("core.insurance_policy", **core_row("insurance_policy", store_code, values))


def order(month: ScoredMonth, number: str, store_code: str = "SK01", **values: Any) -> None:
    row = core_row("sales_order", store_code, {"order_no": number, **values})
    month.add("core.sales_order", **row)


def renewed(month: ScoredMonth, vin: str) -> None:
    policy(month, vin=vin)
    policy(month, vin=vin, starts_on=date(2026, 6, 11), ends_on=date(2027, 6, 10))


def new(month: ScoredMonth, **values: Any) -> None:
    policy(
        month,
        **{"starts_on": date(2026, 6, 5), "ends_on": date(2027, 6, 4), "is_new_car": True} | values,
    )


def everything_at_its_best(month: ScoredMonth) -> None:
    for number in range(4):
        renewed(month, f"R{number}")
    new(month)
    for number in range(2):
        order(month, f"O{number}")
        month.referral(f"O{number}")
    month.target("renewal", "4")
    month.target("new_insurance", "1")
    month.target("sales", "2")
    month.rating("S1", "care_activity", "10")
    month.rating("S1", "improvement", "10")
    month.rank(1, 12)
    month.complaint(None, on=date(2026, 6, 5), closed_on=date(2026, 6, 8))


def points(month: ScoredMonth) -> dict[str, Decimal | None]:
    return {item: month.line("S1", item)["points"] for item in (*ITEMS, "points_total")}


def rows_behind(month: ScoredMonth, line: str) -> list[tuple[str, str, str]]:
    return [
        (row["row_kind"], row["row_key"], row["reason"])
        for row in evidence(month.engine, CARD, line)
    ]


def test_a_supervisor_with_every_item_at_its_maximum_has_100(month: ScoredMonth) -> None:
    everything_at_its_best(month)
    score(month)
    assert points(month) == {**ITEMS, "points_total": 100}
    total = month.line("S1", "points_total")
    assert (total["weight"], total["note"]) == (100, None)
    assert {item: month.line("S1", item)["weight"] for item in ITEMS} == ITEMS


def test_a_second_run_changes_nothing(month: ScoredMonth) -> None:
    everything_at_its_best(month)
    assert score(month)["changed"] > 0
    again = score(month)
    assert (again["changed"], again["differs"]) == (0, 0)


def test_a_published_month_stays_as_it_is(month: ScoredMonth) -> None:
    everything_at_its_best(month)
    score(month)
    month.add("score.publication", month=MONTH, approved_by="hr")
    order(month, "O9")
    assert score(month)["changed"] == 0
    assert month.line("S1", "sales_points")["points"] == 20


def test_nothing_that_is_unknown_counts_as_0(month: ScoredMonth) -> None:
    score(month)
    found = points(month)
    # No complaint was due: ten points. All else lacks a plan, a rating or a rank.
    assert found == dict.fromkeys(ITEMS) | {"complaint_points": 10, "points_total": 10}
    notes = {item: month.line("S1", item)["note"] for item in (*ITEMS, "points_total")}
    assert notes == {
        "insurance_points": "lacks_renewal_completion",
        "care_activity_points": "no_rating",
        "sales_points": "lacks_sales_completion",
        "satisfaction_points": "no_rank",
        "complaint_points": "nothing_due",
        "improvement_points": "no_rating",
        "points_total": "total_incomplete",
    }
    assert month.line("S1", "points_total")["weight"] == 10


def test_the_insurance_item_says_its_points_before_and_after_scaling(month: ScoredMonth) -> None:
    renewed(month, "A")
    policy(month, vin="B")
    new(month)
    month.target("renewal", "4")
    month.target("new_insurance", "1")
    score(month)
    line = month.line("S1", "insurance_points")
    # 8 × 1/4 + 2 × 1 = 4 of 10, which is 8 of 20.
    assert (line["numerator"], line["denominator"]) == (4, 10)
    assert (line["points"], line["weight"], line["rule_id"]) == (8, 20, "S2-40")
    assert line["policy_line"] == "skoda-dealer/points/insurance_points_weight@2012-01-01"
    part = month.line("S1", "renewal_completion")
    assert (part["numerator"], part["denominator"], part["value"]) == (1, 4, Decimal("0.25"))


def test_where_no_policy_was_due_renewals_are_not_judged(month: ScoredMonth) -> None:
    new(month)
    month.target("renewal", "4")
    month.target("new_insurance", "1")
    score(month)
    assert month.line("S1", "renewal_completion")["note"] == "nothing_due"
    assert month.line("S1", "insurance_points")["points"] is None


def test_more_than_planned_counts_as_the_plan(month: ScoredMonth) -> None:
    for number in range(3):
        order(month, f"O{number}")
    month.target("sales", "2")
    score(month)
    line = month.line("S1", "sales_completion")
    assert (line["numerator"], line["denominator"], line["value"]) == (3, 2, 1)


def test_a_persons_own_plan_beats_the_stores(month: ScoredMonth) -> None:
    order(month, "O1")
    month.target("sales", "9")
    month.target("sales", "2", employee_no="S1")
    score(month)
    line = month.line("S1", "sales_completion")
    assert (line["denominator"], line["credit"]) == (2, "person")


def test_sales_by_referral_count_as_a_share(month: ScoredMonth) -> None:
    for number in range(10):
        order(month, f"O{number}")
    month.referral("O3")
    month.referral("O4", referred_on=date(2026, 7, 6))  # after the closing day
    month.store("SK02")
    month.referral("O5", store_code="SK02")
    month.target("sales", "10")
    score(month)
    share = month.line("S1", "referred_share")
    assert (share["numerator"], share["denominator"], share["value"]) == (1, 10, Decimal("0.1"))
    assert month.line("S1", "sales_points")["points"] == Decimal("15.5")


def test_what_a_system_does_not_deliver_is_unknown(warehouse: Engine) -> None:
    month = ScoredMonth(warehouse)
    month.store()
    month.person("S1", role="SUP")
    month.feeds("sales_order")
    order(month, "O1")
    month.target("sales", "1")
    month.target("renewal", "1")
    score(month)
    assert month.line("S1", "sales_completion")["value"] == 1
    for part in ("referred_share", "renewal_completion", "new_insurance_completion"):
        line = month.line("S1", part)
        assert (line["value"], line["numerator"], line["note"]) == (None, None, "not_delivered")
    assert month.line("S1", "sales_points")["note"] == "lacks_referred_share"


def test_no_complaint_is_no_good_news_where_no_complaints_are_delivered(
    warehouse: Engine,
) -> None:
    month = ScoredMonth(warehouse)
    month.store()
    month.person("S1", role="SUP")
    month.feeds("sales_order", "complaint", system="another")
    # One that was told in a call, and so is not the feed's.
    month.complaint(None, on=date(2026, 6, 5), closed_on=date(2026, 6, 8))
    score(month)
    line = month.line("S1", "complaint_points")
    assert (line["points"], line["note"]) == (None, "not_delivered")
    assert (line["numerator"], line["denominator"]) == (None, None)
    assert month.line("S1", "points_total")["note"] == "nothing_judged"


@pytest.mark.parametrize(
    ("day", "is_known"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (date(2026, 7, 5), True),
        (date(2026, 7, 6), False),
    ],
)
def test_a_feed_that_ran_dry_before_the_month_makes_no_zeros(
    warehouse: Engine, day: date, is_known: bool
) -> None:
    month = ScoredMonth(warehouse)
    month.store()
    month.person("S1", role="SUP")
    month.feeds("sales_order", "complaint", day=day)
    month.target("sales", "20")
    score(month)
    sales = month.line("S1", "sales_completion")
    assert (sales["value"], sales["note"]) == ((0, None) if is_known else (None, "not_delivered"))
    assert month.line("S1", "complaint_points")["points"] == (10 if is_known else None)


def test_new_policies_are_of_new_cars_or_of_cars_that_nobody_insured_here(
    month: ScoredMonth,
) -> None:
    new(month, vin="NEW")
    new(month, vin="UNKNOWN", is_new_car=None)
    new(month, vin="TOLD", is_new_car=False, previous_policy_no="ELSEWHERE")
    new(month, vin="GONE", vanished_day=date(2026, 7, 5))
    new(month, vin="CANCELLED", status="cancelled")
    new(month, vin="MAY", starts_on=date(2026, 5, 31))
    new(month, vin="JULY", starts_on=date(2026, 7, 1))
    renewed(month, "RENEWED")
    month.target("new_insurance", "4")
    score(month)
    line = month.line("S1", "new_insurance_completion")
    assert (line["numerator"], line["excluded"], line["value"]) == (2, 1, Decimal("0.5"))
    assert sorted(reason for _, _, reason in rows_behind(month, "new_insurance_completion")) == [
        "new_car",
        "new_to_group",
        "plan_4",
        "policy_cancelled",
    ]


def test_cancelled_and_deleted_orders_are_no_sales(month: ScoredMonth) -> None:
    order(month, "O1")
    order(month, "O2", status="cancelled")
    order(month, "O3", vanished_day=date(2026, 7, 5))
    order(month, "O4", vanished_day=date(2026, 7, 6))
    order(month, "O5", delivered_on=date(2026, 5, 31))
    order(month, "O6", delivered_on=date(2026, 7, 1))
    month.target("sales", "4")
    score(month)
    line = month.line("S1", "sales_completion")
    assert (line["numerator"], line["excluded"]) == (2, 1)


@pytest.mark.parametrize(
    ("put", "item", "note"),
    [
        (lambda month: month.rank(1, 4), "satisfaction_points", "too_few_ranked"),
        (lambda month: month.rank(9, 8), "satisfaction_points", "rank_outside"),
        (
            lambda month: month.rating("S1", "care_activity", "5.5"),
            "care_activity_points",
            "rating_refused",
        ),
        (
            lambda month: month.rating("S1", "improvement", "9"),
            "improvement_points",
            "rating_refused",
        ),
    ],
)
def test_what_policy_does_not_allow_is_refused_and_says_so(
    month: ScoredMonth, put: Callable[[ScoredMonth], None], item: str, note: str
) -> None:
    put(month)
    score(month)
    line = month.line("S1", item)
    assert (line["points"], line["note"]) == (None, note)


def test_a_rank_is_kept_with_its_band_and_share(month: ScoredMonth) -> None:
    month.rank(4, 11)
    score(month)
    line = month.line("S1", "satisfaction_points")
    assert (line["numerator"], line["denominator"], line["value"]) == (4, 11, Decimal("0.3"))
    assert (line["band"], line["credit"]) == ("20%–50%", "store")
    assert line["points"] == Decimal(25) - Decimal("0.1") / Decimal("0.3") * 10


def test_complaints_closed_in_time_earn_their_share(month: ScoredMonth) -> None:
    for closed_on in (date(2026, 6, 8), date(2026, 6, 9), date(2026, 6, 10), None):
        month.complaint(None, on=date(2026, 6, 5), closed_on=closed_on)
    score(month)
    line = month.line("S1", "complaint_points")
    assert (line["numerator"], line["denominator"], line["points"]) == (3, 4, Decimal("7.5"))


def test_every_total_drills_down_to_the_rows_that_were_counted(month: ScoredMonth) -> None:
    everything_at_its_best(month)
    score(month)
    assert {key for _, key, _ in rows_behind(month, "points_total")} == {
        f"{CARD}|{item}" for item in ITEMS
    }
    assert rows_behind(month, "sales_points") == [
        ("scorecard_line", f"{CARD}|referred_share", "earned_5_of_5"),
        ("scorecard_line", f"{CARD}|sales_completion", "earned_15_of_15"),
    ]
    assert rows_behind(month, "sales_completion") == [
        ("sales_order", "SK01|O0", "delivered"),
        ("sales_order", "SK01|O1", "delivered"),
        ("target", "SK01||2026-06|sales", "plan_2"),
    ]
    assert rows_behind(month, "care_activity_points") == [
        ("rating", "SK01|S1|2026-06|care_activity", "rated_10_by_D1")
    ]
    assert rows_behind(month, "satisfaction_points") == [
        ("regional_rank", "SK01|2026-06|overall", "rank_1_of_12")
    ]


def test_only_supervisors_have_points_and_a_store_without_one_leaves_no_row_over(
    month: ScoredMonth,
) -> None:
    month.person("E1")
    month.store("SK02")
    month.person("A2", role="AC", store_code="SK02")
    month.person("E2", store_code="SK02")
    order(month, "O1", store_code="SK02")
    policy(month, store_code="SK02")
    counts = score(month)
    assert counts["uncredited"] == 0
    cards = {
        row["scorecard_id"] for row in month.rows("score.scorecard_line", kpi_id="points_total")
    }
    assert cards == {CARD}


def test_two_supervisors_of_a_store_share_its_figures_and_have_their_own_ratings(
    month: ScoredMonth,
) -> None:
    month.person("S2", role="SUP")
    month.rating("S2", "care_activity", "7")
    month.rank(1, 5)
    score(month)
    assert month.line("S2", "satisfaction_points")["points"] == 30
    assert month.line("S2", "care_activity_points")["points"] == 7
    assert month.line("S1", "care_activity_points")["points"] is None


def test_another_brand_has_no_points(month: ScoredMonth) -> None:
    month.store("CA01", brand="CHANGAN")
    month.person("S9", role="SUP", store_code="CA01")
    score(month)
    assert (
        month.rows(
            "score.scorecard_line", scorecard_id="2026-06.SUP.CA01.S9", kpi_id="points_total"
        )
        == []
    )
