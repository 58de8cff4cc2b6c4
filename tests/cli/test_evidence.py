"""The rows behind a person's, a store's or nobody's figures, by command."""

import json
from collections.abc import Callable

import pytest
from care_group import KEYS
from click.testing import CliRunner, Result
from core_rows import core_row
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections, warehouse
from aftercare.cli import cli
from aftercare.errors import BadData, PeriodRefused
from aftercare.stages.scorecards import score_month

ORDER = {"order_no": "O1", "sales_consultant_no": None}


@pytest.fixture
def month(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> ScoredMonth:
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_KEYS", KEYS)
    connections.forget()
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1")
    made.person("C1", role="CONSULTANT")
    made.add("core.sales_order", **core_row("sales_order", "SK01", ORDER))
    made.task("GONE")
    return made


@pytest.fixture
def say(month: ScoredMonth) -> Callable[..., Result]:
    def said(*words: str) -> Result:
        return CliRunner().invoke(cli, ("evidence", *words))

    return said


def test_rows_of_nobody_are_told_by_figure_store_row_and_reason(say: Callable[..., Result]) -> None:
    told = say(MONTH, "nobody", "consultant_data_complete", "--language", "en").output.splitlines()
    assert told[0].split("\t") == [
        "consultant_data_complete",
        "SK01",
        "sales order SK01|O1",
        "2026-06-10",
        "names no owner (sales consultant)",
    ]
    assert told[1:] == [
        "Rows credited to nobody: 1, counted now; one that several figures ask for is one"
    ]


def test_rows_of_all_figures_are_told_each_and_counted_once(say: Callable[..., Result]) -> None:
    *told, count = say(MONTH, "nobody", "all").output.splitlines()
    figures = {line.split("\t")[0] for line in told}
    assert {"consultant_data_complete", "follow_up_coverage"} <= figures
    # Its system never told when files are archived: left out, which lacks nobody.
    assert "consultant_archived" not in figures
    assert any(line.endswith("不是该店的销售关爱") and "\tGONE 在" in line for line in told)
    assert any(line.endswith("没有写责任人（销售顾问）") for line in told)
    assert count.startswith("没有计入任何人的明细 2 条")


def test_nobody_has_no_rows_of_a_figure_that_no_pack_has_or_of_a_month_that_is_open(
    say: Callable[..., Result],
) -> None:
    assert isinstance(say(MONTH, "nobody", "archived").exception, BadData)
    assert isinstance(say("2026-07", "nobody", "all").exception, PeriodRefused)


def test_a_stores_code_leads_from_the_sum_in_its_mail_to_people_and_their_rows(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    month.person("E2")
    month.call(month.task("E1"))
    late = month.task("E1")
    month.call(month.task("E2"))
    month.call(month.task("E2"), outcome="refused")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    with month.engine.connect() as connection:
        (mailed,) = (
            row
            for row in warehouse.rows(connection, "score/list_store_figures", months=[MONTH])
            if row["role"] == "SC" and row["kpi_id"] == "follow_up_coverage"
        )
    told = say(MONTH, "SK01", "follow_up_coverage").output.splitlines()
    counts = [f"{mailed[name]:f}" for name in ("numerator", "denominator", "excluded")]
    assert told[0] == (
        "SK01 follow_up_coverage SC: {} of {}, {} excluded, the sum of 2 scorecards".format(*counts)
    )
    heads = [text.split(":")[0] for text in told[1:] if not text.startswith(" ")]
    assert heads == [f"2026-06.SC.SK01.{who} follow_up_coverage" for who in ("E1", "E2")]
    assert [text.split()[2] for text in told if text.startswith("  0 ")] == [late]
    assert sum(text.startswith("  ") for text in told) == 4


def test_a_stores_own_figure_is_asked_by_its_code_and_told_once(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    for number in ("A1", "A2"):
        month.person(number, role="AC")
    month.booking("kept")
    month.booking("refused")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    first, *rows = say(MONTH, "SK01", "booking_acceptance").output.splitlines()
    assert first.endswith("booking_acceptance: 1 of 2, 0 excluded, the figure of the whole store")
    assert len(rows) == 2
    assert isinstance(say(MONTH, "SK02", "booking_acceptance").exception, BadData)


def test_a_number_that_is_a_stores_code_too_is_refused_with_words(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    month.person("SK01")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    refused = say(MONTH, "SK01", "follow_up_coverage")
    assert isinstance(refused.exception, BadData)
    assert "SK01 is an employee's number and a store's code" in str(refused.exception)
    assert say(MONTH, "E1", "follow_up_coverage").exit_code == 0


def test_a_total_names_its_figures_and_the_commands_that_list_the_rows_themselves(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    month.person("S1", role="SUP")
    month.feeds("sales_order", "referral")
    for name in ("P1", "P2"):
        order = core_row("sales_order", "SK01", {"order_no": name})
        month.add("core.sales_order", **order)
    month.target("sales", "2")
    month.rating("S1", "care_activity", "8")
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    told = say(MONTH, "S1", "points_total").output.splitlines()
    commands = {
        command.split()[-1]: command.split()[1:]
        for text in told
        if (command := text.partition("; rows: ")[2])
    }
    # The items and the figures that they stand on, each with its own rows.
    assert {"sales_completion", "care_activity_points"} <= set(commands)
    assert any(text.startswith("  + sales_points: ") for text in told)
    assert any(text.startswith("    + sales_completion: ") for text in told)
    rows = CliRunner().invoke(cli, commands["sales_completion"]).output
    assert "sales_order SK01|P1 delivered" in rows
    rated = CliRunner().invoke(cli, commands["care_activity_points"]).output
    assert "rating SK01|S1|2026-06|care_activity" in rated
    for command in commands.values():
        assert "scorecard_line" not in CliRunner().invoke(cli, command).output


def test_a_joint_target_names_its_parts_and_the_commands_for_their_rows(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    month.person("D1", role="DIR")
    month.external_score("QS", "9.2", "10")
    month.call(month.task("E1"))
    score_month(month.engine, month.group, month.policy, MONTH, TODAY)
    told = say(MONTH, "D1", "quality_and_success").output.splitlines()
    assert any(
        text.startswith("  + qs_score")
        and text.endswith("; rows: aftercare evidence 2026-06 D1 qs_score")
        for text in told
    )
    assert any(text.endswith("aftercare evidence 2026-06 D1 call_success") for text in told)
