"""The rows that are credited to nobody, by command."""

import json
from collections.abc import Callable

import pytest
from care_group import KEYS
from click.testing import CliRunner, Result
from core_rows import core_row
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine
from whole_group import database

from aftercare import connections
from aftercare.cli import cli
from aftercare.errors import BadData, PeriodRefused

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
