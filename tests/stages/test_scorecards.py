"""Scorecards of a month, on a real warehouse."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from care_group import changed_policy
from core_rows import core_row
from scored_month import MONTH, POLICY, TODAY, ScoredMonth, house_policy
from sqlalchemy import Engine

from aftercare.errors import BadData, PeriodRefused
from aftercare.reports.scorecard_report import ranks_people
from aftercare.reports.scorecard_view import notices
from aftercare.reports.scorecard_words import read_words
from aftercare.rules import period
from aftercare.rules.kpis import kpis_of
from aftercare.rules.policy import Policy
from aftercare.stages.publish import report_of
from aftercare.stages.scorecards import (
    evidence,
    lines_of,
    rows_of_nobody,
    score_month,
)
from aftercare.whose import Whose, whose_of


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1")
    return made


def score(month: ScoredMonth, key: str = MONTH, today: date = TODAY) -> dict[str, Any]:
    return score_month(month.engine, month.group, month.policy, key, today)


def test_a_month_is_open_until_its_closing_day_is_over(month: ScoredMonth) -> None:
    with pytest.raises(PeriodRefused, match="2026-06 is still open: calls until 2026-07-05 count"):
        score(month, today=date(2026, 7, 5))
    assert score(month, today=date(2026, 7, 6))["scorecards"] == 1


def test_figures_come_with_counts_target_and_policy_line(month: ScoredMonth) -> None:
    called = [month.task("E1") for _ in range(9)]
    for key in called:
        month.call(key)
    month.task("E1")
    score(month)
    line = month.line("E1", "follow_up_coverage")
    assert (line["numerator"], line["denominator"], line["excluded"]) == (9, 10, 0)
    assert line["value"] == Decimal("0.9")
    assert line["target"] == 1
    assert line["is_target_met"] is False
    assert line["rule_id"] == "S2-04"
    assert line["policy_line"] == "skoda-dealer/kpis/follow_up_coverage/target_sc@2012-01-01"


def test_nothing_to_count_is_no_figure_and_never_zero(month: ScoredMonth) -> None:
    score(month)
    line = month.line("E1", "satisfied_share")
    assert (line["value"], line["is_target_met"], line["note"]) == (None, None, "no_rows")


def test_a_second_run_of_what_is_no_follow_up_changes_nothing(month: ScoredMonth) -> None:
    month.person("A1", role="AC")
    reminder = {"about": "service", "event": "service_due", "is_counted": False}
    for due_on in (date(2026, 5, 10), date(2026, 6, 10)):
        key = month.task("A1", role="AC", due_on=due_on, **reminder)
        month.call(key, "message_sent", called_on=due_on)
    lead = month.task("E1", event="lead_defeated", about="campaign", is_counted=False)
    month.call(lead, "no_answer")
    assert score(month)["changed"] > 0
    assert month.line("A1", "reminder_made")["value"] == 1
    assert month.line("A1", "reminder_returned")["value"] == 0
    assert month.line("E1", "lead_called")["value"] == 1
    assert month.line("E1", "follow_up_coverage")["value"] is None
    again = score(month)
    assert (again["changed"], again["differs"]) == (0, 0)


def test_a_second_run_changes_nothing(month: ScoredMonth) -> None:
    month.call(month.task("E1"), satisfaction=9)
    month.external_score("SQS", "97.99", "100")
    assert score(month)["changed"] > 0
    again = score(month)
    assert (again["changed"], again["differs"]) == (0, 0)


def test_a_correction_before_any_decision_is_taken_in(month: ScoredMonth) -> None:
    key = month.task("E1")
    score(month)
    month.call(key)
    assert score(month)["changed"] > 0
    assert month.line("E1", "follow_up_coverage")["value"] == 1


def test_a_published_month_is_never_written_again(month: ScoredMonth) -> None:
    key = month.task("E1")
    score(month)
    month.add("score.publication", month=MONTH, approved_by="hr")
    month.call(key)
    late = score(month)
    # Coverage, on time and reach get another value, success its first row, attempts lose theirs, the
    # coefficient gets none.
    assert (late["changed"], late["differs"]) == (0, 6)
    assert month.line("E1", "follow_up_coverage")["value"] == 0


def test_whoever_moved_is_credited_by_the_store_of_that_day(month: ScoredMonth) -> None:
    month.store("SK02")
    month.person("E2", since=date(2020, 1, 1), until=date(2026, 6, 14))
    month.person("E2", store_code="SK02", since=date(2026, 6, 15))
    month.call(month.task("E2", due_on=date(2026, 6, 14)))
    month.task("E2", store_code="SK02", due_on=date(2026, 6, 15))
    month.task("E2", store_code="SK01", due_on=date(2026, 6, 16))
    counts = score(month)
    values = {
        row["scorecard_id"]: (row["numerator"], row["denominator"])
        for row in month.rows("score.scorecard_line", kpi_id="follow_up_coverage")
    }
    assert values["2026-06.SC.SK01.E2"] == (1, 1)
    assert values["2026-06.SC.SK02.E2"] == (0, 1)
    assert counts["uncredited"] == 1


def test_a_task_without_owner_is_counted_as_nobodys(month: ScoredMonth) -> None:
    month.task(None)
    assert score(month)["uncredited"] == 1
    assert month.line("E1", "follow_up_coverage")["denominator"] == 0


def test_every_line_is_backed_by_the_rows_it_counted(month: ScoredMonth) -> None:
    reached, refused, missed = (month.task("E1") for _ in range(3))
    month.call(reached)
    month.call(refused, "refused")
    score(month)
    rows = evidence(month.engine, "2026-06.SC.SK01.E1", "follow_up_coverage")
    assert [
        (row["row_key"], row["is_numerator"], row["is_excluded"], row["reason"]) for row in rows
    ] == [
        (missed, False, False, "not_attempted"),
        (reached, True, False, "attempted"),
        (refused, True, True, "refused"),
    ]
    same = evidence(month.engine, "2026-06.SC.SK01.E1", "follow_up_rate")
    assert [row["row_key"] for row in same] == [row["row_key"] for row in rows]


def test_scorecards_are_found_by_person_or_for_all(month: ScoredMonth) -> None:
    month.person("A1", role="AC")
    score(month)
    assert whose_of(month.engine, MONTH, "E1") == Whose(employee_no="E1")
    assert whose_of(month.engine, MONTH, "SK01") == Whose(store_code="SK01")
    assert whose_of(month.engine, MONTH, "all") == Whose()
    for whom, key in (("E7", MONTH), ("all", "2026-05")):
        with pytest.raises(BadData, match=f"{whom} has no scorecard of {key}"):
            whose_of(month.engine, key, whom)


def test_rows_of_an_unknown_line_are_refused_in_plain_words(month: ScoredMonth) -> None:
    with pytest.raises(PeriodRefused, match="there is no line nonsense"):
        evidence(month.engine, "2026-06.SC.SK01.E1", "nonsense")


@pytest.mark.parametrize(
    ("value", "scale", "coefficient", "note"),
    [
        ("98", "100", "1.4", None),
        ("97.99", "0-100", "1.2", None),
        ("900", "1000", None, "scale_differs"),
        ("900", "100", None, "value_outside_scale"),
        ("90.0", " ", None, "scale_undeclared"),
    ],
)
def test_a_score_of_others_gets_a_coefficient_on_its_declared_scale_only(
    month: ScoredMonth, value: str, scale: str, coefficient: str | None, note: str | None
) -> None:
    month.external_score("SQS", value, scale)
    score(month)
    line = month.line("E1", "sqs")
    assert line["coefficient"] == (Decimal(coefficient) if coefficient else None)
    assert line["note"] == note
    assert line["value"] == Decimal(value)
    proof = evidence(month.engine, "2026-06.SC.SK01.E1", "sqs")
    assert [(row["row_key"], row["reason"]) for row in proof] == [
        ("SK01||2026-06|SQS", f"score_{value.removesuffix('.0')}_of_{scale.strip()}")
    ]


def test_a_persons_own_score_beats_the_stores(month: ScoredMonth) -> None:
    month.external_score("quick_return", "9.6", "10")
    month.external_score("quick_return", "10", "10", employee_no="E1")
    score(month)
    assert month.line("E1", "quick_return")["coefficient"] == Decimal("1.4")


@pytest.mark.parametrize(("of_small_letters", "counted"), [(2, "98"), (31, "94")])
def test_a_metric_in_other_letters_is_the_same_of_which_the_newest_version_counts(
    month: ScoredMonth, of_small_letters: int, counted: str
) -> None:
    score_row = {"store_code": "SK01", "employee_no": "E1", "month": MONTH, "scale": "100"}
    for metric, value, day in (("sqs ", "94", of_small_letters), ("SQS", "98", 15)):
        at = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=day)
        row = score_row | {"metric": metric, "value": value, "version_at": at}
        month.add("core.external_score", **row, version_day=at.date())
    score(month)
    assert month.line("E1", "sqs")["value"] == Decimal(counted)
    assert len(evidence(month.engine, "2026-06.SC.SK01.E1", "sqs")) == 1


def test_no_coefficient_on_fewer_than_ten_rows(month: ScoredMonth) -> None:
    for _ in range(9):
        month.call(month.task("E1"))
    score(month)
    line = month.line("E1", "follow_up_rate")
    assert (line["coefficient"], line["note"]) == (None, "n_below_minimum")
    month.call(month.task("E1"))
    score(month)
    line = month.line("E1", "follow_up_rate")
    assert (line["coefficient"], line["band"]) == (Decimal("1.4"), "X≥1")


def coverage_ended(folder: Path, since: str) -> Policy:
    """The policy in which the pack counts no coverage from a day on, which coefficient and targets read."""
    shutil.copytree(POLICY, folder)
    file = folder / "skoda-dealer" / "kpis" / "follow_up_coverage.yaml"
    ended = (
        "scale:\n  rule: S2-04\n  unit: text\n  reference: counted no more\n"
        f"  values:\n    {since}: null\n"
    )
    file.write_text(file.read_text(encoding="utf-8") + ended, encoding="utf-8")
    return Policy.load(folder)


@pytest.mark.parametrize(("since", "is_ended"), [("2026-06-30", True), ("2026-07-01", False)])
def test_what_reads_a_kpi_that_ended_is_unknown_and_says_so(
    warehouse: Engine, tmp_path: Path, since: str, is_ended: bool
) -> None:
    month = ScoredMonth(warehouse, coverage_ended(tmp_path / "policy", since))
    month.store()
    month.person("E1")
    month.person("D1", role="DIR")
    for _ in range(10):
        month.call(month.task("E1"))
    score(month)
    rate, target = month.line("E1", "follow_up_rate"), month.line("D1", "sales_coverage")
    found = {row["kpi_id"] for row in month.rows("score.scorecard_line")}
    assert ("follow_up_coverage" in found) is not is_ended
    if is_ended:
        assert (rate["value"], rate["coefficient"], rate["band"]) == (None, None, None)
        assert (target["value"], target["target"], target["is_target_met"]) == (None, 1, None)
        assert rate["note"] == target["note"] == "kpi_not_counted"
        assert "not counted in this month" in read_words("en").note(rate["note"])
    else:
        assert rate["coefficient"] == Decimal("1.4")
        assert target["is_target_met"] is True


@pytest.mark.parametrize(
    ("since", "is_ended"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)]
)
def test_a_coefficient_ends_by_a_dated_null_and_the_others_stay(
    warehouse: Engine, tmp_path: Path, since: date, is_ended: bool
) -> None:
    policy = changed_policy(tmp_path, "skoda-dealer/scoring", "sqs_bands", {since: None})
    month = ScoredMonth(warehouse, policy)
    month.store()
    month.person("E1")
    month.external_score("SQS", "98", "100")
    score(month)
    found = {row["kpi_id"] for row in month.rows("score.scorecard_line")}
    assert ("sqs" in found) is not is_ended
    assert {"quick_return", "follow_up_rate"} <= found


def test_a_service_specialist_has_no_sales_coefficients(month: ScoredMonth) -> None:
    month.person("A1", role="AC")
    score(month)
    assert month.rows("score.scorecard_line", scorecard_id="2026-06.AC.SK01.A1", kpi_id="sqs") == []


@pytest.mark.parametrize(
    ("pack", "change", "why"),
    [
        # Even a day after the month has begun is too late for the whole of it.
        ("skoda-dealer", {"published_on": date(2026, 6, 2)}, "was published on 2026-06-02"),
        ("skoda-dealer", {"published_on": None}, "has no day of publication"),
        ("skoda-dealer", {"consultation": None}, "names no consultation"),
        ("skoda-dealer", {"consultation": " "}, "names no consultation"),
        ("house", {"published_on": None}, "house has no day of publication"),
        ("house", {"consultation": None}, "house names no consultation"),
    ],
)
def test_a_pack_that_binds_nobody_yet_scores_on_trial_and_says_why(
    warehouse: Engine, pack: str, change: dict[str, Any], why: str
) -> None:
    month = ScoredMonth(warehouse, changed_pack(pack, **change))
    month.store()
    month.person("E1")
    counts = score(month)
    assert counts["trial"] == 1
    assert why in counts["trial_because"]["skoda-dealer"]["en"]
    assert month.rows("score.scorecard")[0]["is_trial"] is True
    told = notices(
        report_of(month.engine, month.group, month.policy, MONTH), read_words("en", "scorecards")
    )
    assert any(why in notice for notice in told)


def test_a_pack_published_on_the_first_of_the_month_judges_it(warehouse: Engine) -> None:
    month = ScoredMonth(warehouse, changed_pack("skoda-dealer", published_on=date(2026, 6, 1)))
    month.store()
    month.person("E1")
    counts = score(month)
    assert (counts["scorecards"], counts["trial"], counts["trial_because"]) == (1, 0, {})


def changed_pack(pack: str, **change: Any) -> Policy:
    """The policy with other words in one pack's file."""
    policy = house_policy()
    packs = dict(policy.packs) | {pack: policy.packs[pack].model_copy(update=change)}
    return replace(policy, packs=packs)


def test_nights_without_a_merged_load_are_named_by_system(month: ScoredMonth) -> None:
    for system in month.group.systems:
        # Calls count until the closing day, so its nights are needed too.
        for day in period.days(date(2026, 6, 1), date(2026, 7, 4)):
            if (system, day) != ("skoda_export", date(2026, 6, 17)):
                month.add("ops.load", system=system, feed="store", business_day=day, state="merged")
    month.add(
        "ops.load",
        system="heyuan_dms",
        feed="repair_order",
        business_day=date(2026, 6, 20),
        state="failed",
    )
    assert score(month)["missing_nights"] == {
        "heyuan_dms": ["2026-06-20", "2026-07-05"],
        "skoda_export": ["2026-06-17", "2026-07-05"],
    }


def test_a_month_scored_late_counts_what_it_would_have_counted_in_time(month: ScoredMonth) -> None:
    key = month.task("E1", due_on=date(2026, 6, 30))
    month.call(key, "no_answer", called_on=date(2026, 7, 5))
    month.call(key, "reached", called_on=date(2026, 7, 6))
    score(month, today=date(2026, 11, 1))
    assert month.line("E1", "follow_up_coverage")["value"] == 1
    assert month.line("E1", "follow_up_success")["value"] == 0


def test_lines_used_by_a_scorecard_are_marked_as_used(month: ScoredMonth) -> None:
    score(month)
    line = month.rows(
        "ops.policy_line",
        line_id="skoda-dealer/kpis/follow_up_coverage/target_sc@2012-01-01",
    )[0]
    assert line["is_used"] is True


def test_a_figure_of_the_store_is_everybodys_in_the_post_and_its_rows_are_told_once(
    month: ScoredMonth,
) -> None:
    month.person("A1", role="AC")
    # Who comes in the middle of the month, or is gone by then, has the store's whole figure.
    month.person("A2", role="AC", since=date(2026, 6, 20))
    month.person("A3", role="AC", until=date(2026, 5, 31))
    month.booking("kept")
    month.booking("refused")
    counts = score(month)
    # Rows of a table have no order.
    assert sorted(
        (row["scorecard_id"], row["numerator"], row["denominator"], row["credit"])
        for row in month.rows("score.scorecard_line", kpi_id="booking_acceptance")
    ) == [
        ("2026-06.AC.SK01.A1", 1, 2, "store"),
        ("2026-06.AC.SK01.A2", 1, 2, "store"),
    ]
    assert counts["uncredited"] == 0
    told = lines_of(month.engine, MONTH, Whose(), "booking_acceptance")
    assert [line["scorecard_id"] for line in told] == ["2026-06.AC.SK01.A1"]
    own = lines_of(month.engine, MONTH, Whose("A2"), "booking_acceptance")
    assert [line["scorecard_id"] for line in own] == ["2026-06.AC.SK01.A2"]
    assert len(evidence(month.engine, "2026-06.AC.SK01.A2", "booking_acceptance")) == 2


def test_documents_count_a_store_once_in_sums_rows_and_trend(month: ScoredMonth) -> None:
    month.person("A1", role="AC")
    month.person("A2", role="AC")
    month.booking("kept")
    month.booking("refused")
    score(month)
    report = report_of(month.engine, month.group, month.policy, MONTH)
    figure = report.kpi("booking_acceptance", "AC")
    assert (figure.numerator, figure.denominator, figure.people) == (1, 2, 2)
    rows = [row for row in report.rows.evidence if row["kpi_id"] == "booking_acceptance"]
    assert [row["credit"] for row in rows] == ["store", "store"]
    trend = [row for row in report.rows.trend if row["kpi_id"] == "booking_acceptance"]
    assert [(row["numerator"], row["denominator"]) for row in trend] == [(1, 2)]


def test_rows_of_a_store_that_has_nobody_in_the_post_are_nobodys_and_counted_once(
    month: ScoredMonth,
) -> None:
    month.booking("kept")
    assert score(month)["uncredited"] == 1


def test_what_is_left_out_of_a_figure_lacks_nobody(month: ScoredMonth) -> None:
    month.booking("withdrawn")
    assert score(month)["uncredited"] == 0
    assert rows_of_nobody(month.engine, month.group, month.policy, MONTH, TODAY) == []


def test_a_store_whose_roster_has_no_consultant_lacks_none_and_its_neighbour_that_has_one_does(
    month: ScoredMonth,
) -> None:
    month.store("SK02")
    month.person("C2", role="CONSULTANT", store_code="SK02")
    for store, consultant in (("SK01", None), ("SK01", "X1"), ("SK02", None)):
        month.add("core.sales_order", **core_row("sales_order", store, _sold_by(consultant)))
    assert score(month)["uncredited"] == 1
    listed = rows_of_nobody(month.engine, month.group, month.policy, MONTH, TODAY)
    assert {row["store_code"] for row in listed} == {"SK02"}
    assert len(evidence(month.engine, "2026-06.SC.SK01.E1", "archived_in_time")) == 2


def test_work_of_the_house_has_to_be_done_and_is_nobodys_where_nobody_holds_the_post(
    month: ScoredMonth,
) -> None:
    month.task("A1", role="AC")
    assert score(month)["uncredited"] == 1


def test_an_example_of_another_post_is_counted_only_where_somebody_holds_it() -> None:
    found = {kpi.name: kpi for kpi in kpis_of(house_policy(), "skoda-dealer", date(2026, 6, 30))}
    examples = {name for name, kpi in found.items() if not {"SC", "AC", "SUP"} & set(kpi.roles)}
    # Work on which the store's satisfaction stands is others', and has to be done without a director, too.
    held = {name for name, kpi in found.items() if kpi.only_where_held}
    assert held == examples | {"store_satisfaction"}


def test_the_stores_satisfaction_ranks_nobody_and_is_that_of_all_its_specialists(
    month: ScoredMonth,
) -> None:
    month.person("D1", role="DIR")
    month.person("U1", role="SUP")
    month.person("E2", role="AC")
    month.answered("E1", [9, 9, 9, 9, 9, 9])
    month.answered("E2", [9, 9, 9, 1, 1, 1], role="AC")
    score(month)
    for person in ("D1", "U1"):
        line = month.line(person, "store_satisfaction")
        assert (line["numerator"], line["denominator"], line["is_target_met"]) == (9, 12, False)
    assert not ranks_people("store_satisfaction")


def test_the_rows_that_are_nobodys_are_listed_with_their_reason_and_nothing_is_written(
    month: ScoredMonth,
) -> None:
    month.person("C1", role="CONSULTANT")
    for consultant in ("C1", "GONE", None):
        month.add("core.sales_order", **core_row("sales_order", "SK01", _sold_by(consultant)))
    month.booking("kept")
    listed = rows_of_nobody(month.engine, month.group, month.policy, MONTH, TODAY)
    assert month.rows("score.scorecard") == []
    assert [(row["kpi_id"], row["why"], row["employee_no"], row["roles"]) for row in listed] == [
        ("booking_acceptance", "nobody_in_post", None, ["AC"]),
        ("consultant_archived", "not_in_post", "GONE", ["CONSULTANT"]),
        ("consultant_archived", "no_owner", None, ["CONSULTANT"]),
        ("consultant_data_complete", "not_in_post", "GONE", ["CONSULTANT"]),
        ("consultant_data_complete", "no_owner", None, ["CONSULTANT"]),
    ]
    once = {(row["row_kind"], row["row_key"]) for row in listed}
    assert score(month)["uncredited"] == len(once) == 3
    with pytest.raises(PeriodRefused, match="2026-06 is still open"):
        rows_of_nobody(month.engine, month.group, month.policy, MONTH, date(2026, 7, 5))


def test_an_order_that_names_no_consultant_is_the_stores_and_nobodys_and_told_once(
    month: ScoredMonth,
) -> None:
    month.person("C1", role="CONSULTANT")
    for consultant in ("C1", "GONE", None):
        month.add("core.sales_order", **core_row("sales_order", "SK01", _sold_by(consultant)))
    # Two figures of consultants ask for each order: who is gone and nobody are two rows in all.
    assert score(month)["uncredited"] == 2
    for kpi, theirs in (
        ("archived_in_time", "consultant_archived"),
        ("customer_data_complete", "consultant_data_complete"),
    ):
        assert len(evidence(month.engine, "2026-06.SC.SK01.E1", kpi)) == 3
        assert len(evidence(month.engine, "2026-06.CONSULTANT.SK01.C1", theirs)) == 1


def test_a_renewal_that_asked_for_a_specialist_and_had_none_is_nobodys_where_there_are_some(
    month: ScoredMonth,
) -> None:
    month.person("A1", role="AC")
    for policy_no in ("P1", "P2"):
        told = {"policy_no": policy_no}
        month.add("core.insurance_policy", **core_row("insurance_policy", "SK01", told))
    about: dict[str, Any] = {"document_kind": "insurance_policy", "is_counted": False}
    for place, (role, policy_no, made_day) in enumerate(
        (
            ("RENEWAL", "P1", date(2026, 7, 5)),
            ("AC", "P2", date(2026, 6, 1)),
            ("RENEWAL", "P2", date(2026, 7, 6)),
        )
    ):
        asked: dict[str, Any] = {"document_no": policy_no, "occurrence": place + 1}
        month.task(None, role=role, made_day=made_day, **asked, **about)
    assert score(month)["uncredited"] == 0
    month.person("R1", role="RENEWAL", since=date(2026, 6, 30))
    # The second is asked of a specialist on the day after the closing day.
    assert score(month)["uncredited"] == 1


def test_a_policy_is_one_row_of_the_store_whoever_had_it_and_lacks_no_owner_without_a_specialist(
    month: ScoredMonth,
) -> None:
    month.person("A1", role="AC")
    month.person("R1", role="RENEWAL")
    # Who comes back to a post holds it twice.
    month.person("R2", role="RENEWAL", until=date(2026, 5, 31))
    month.person("R2", role="RENEWAL", since=date(2026, 6, 1))
    for number, seller in (("P1", "R2"), ("P2", "A1"), ("P3", None)):
        told = {"policy_no": number, "sold_by_no": seller}
        month.add("core.insurance_policy", **core_row("insurance_policy", "SK01", told))
    about: dict[str, Any] = {
        "document_kind": "insurance_policy",
        "document_no": "P1",
        "is_counted": False,
    }
    for occurrence in (1, 2):
        month.task("R1", role="RENEWAL", occurrence=occurrence, **about)
    assert score(month)["uncredited"] == 0
    assert [
        row["row_key"] for row in evidence(month.engine, "2026-06.AC.SK01.A1", "renewal_rate")
    ] == ["SK01|P1", "SK01|P2", "SK01|P3"]
    assert [
        row["row_key"]
        for row in evidence(month.engine, "2026-06.RENEWAL.SK01.R1", "specialist_renewal_rate")
    ] == ["SK01|P1"]
    assert evidence(month.engine, "2026-06.RENEWAL.SK01.R2", "specialist_renewal_rate") == []


def _sold_by(consultant: str | None) -> dict[str, Any]:
    at = datetime(2026, 6, 11, 2, tzinfo=UTC)
    return {"sales_consultant_no": consultant, "archived_at": at}
