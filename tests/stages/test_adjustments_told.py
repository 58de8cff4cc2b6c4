"""What a month's documents say of adjustments: what was told, what stood, and which objection is behind."""

from datetime import date
from typing import Any

import pytest
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine, func, update

from aftercare.stages.adjustments import list_adjustments
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.scorecards import score_month
from aftercare.warehouse import run

CARD = "2026-06.AC.SK01.E1"
COVERAGE = "follow_up_coverage"
MONTHS = (MONTH, "2026-07", "2026-08")


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    """Three months of which the first is published."""
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1", role="AC")
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    made.answered("E1", [9] * 4, role="AC")
    for each in MONTHS:
        score_month(made.engine, made.group, made.policy, each, date(2026, 9, 6))
    publish(made, MONTH)
    return made


def publish(month: ScoredMonth, key: str) -> None:
    month.add("score.publication", month=key, approved_by="hr.li")


def differs(month: ScoredMonth) -> None:
    """The coverage of June would be another one by what came in."""
    month.add(
        "score.adjustment",
        month=MONTH,
        scorecard_id=CARD,
        kpi_id=COVERAGE,
        employee_no="E1",
        store_code="SK01",
        credit="person",
        unit="share",
        rows_behind=[],
        row_count=0,
        noticed_on=TODAY,
    )


def ends(month: ScoredMonth, ending: str) -> None:
    table = month.table("score.adjustment")
    with month.engine.begin() as connection:
        connection.execute(
            update(table)
            .where(table.c.ended_on.is_(None))
            .values(ended_on=TODAY, ended_at=func.clock_timestamp(), ending=ending)
        )


def news(month: ScoredMonth, key: str) -> list[tuple[Any, Any]]:
    """Ending and objection of what a month's documents tell."""
    with month.engine.connect() as connection:
        rows = run(connection, "adjustments/list_news", month=key, most=12).all()
    return [(row.ending, row.objection_id) for row in rows]


def uphold(month: ScoredMonth) -> int:
    number: int = raise_objection(
        month.engine, month.group, month.policy, MONTH, "E1", COVERAGE, "missing", "hr.li", TODAY
    )["objection"]
    answer_objection(month.engine, number, "uphold", "it was made", "hr.wu", TODAY)
    return number


def objections_may_still_come(month: ScoredMonth) -> None:
    """June was published a moment ago by the days of this test."""
    table = month.table("score.publication")
    with month.engine.begin() as connection:
        connection.execute(
            update(table).where(table.c.month == MONTH).values(published_at="2026-07-06T02:00:00Z")
        )


def test_what_went_before_anybody_was_told_of_it_is_never_told_as_gone(
    month: ScoredMonth,
) -> None:
    differs(month)
    ends(month, "gone")
    publish(month, "2026-07")
    differs(month)
    ends(month, "gone")
    assert news(month, "2026-08") == []


def test_what_was_told_and_replaced_before_it_went_is_told_as_gone(month: ScoredMonth) -> None:
    differs(month)
    publish(month, "2026-07")
    assert news(month, "2026-07") == [(None, None)]
    ends(month, "replaced")
    differs(month)
    ends(month, "gone")
    assert news(month, "2026-08") == [("gone", None)]


def test_an_objection_that_is_upheld_after_the_adjustment_was_noted_is_named(
    month: ScoredMonth,
) -> None:
    objections_may_still_come(month)
    differs(month)
    number = uphold(month)
    assert [row["objection_id"] for row in list_adjustments(month.engine, MONTH)] == [number]
    assert news(month, "2026-07") == [(None, number)]


def test_documents_that_told_an_adjustment_name_no_objection_that_was_upheld_later(
    month: ScoredMonth,
) -> None:
    objections_may_still_come(month)
    differs(month)
    publish(month, "2026-07")
    uphold(month)
    assert news(month, "2026-07") == [(None, None)]


def test_an_objection_that_is_upheld_after_the_difference_went_is_not_its_reason(
    month: ScoredMonth,
) -> None:
    objections_may_still_come(month)
    differs(month)
    ends(month, "gone")
    uphold(month)
    assert [row["objection_id"] for row in list_adjustments(month.engine, MONTH)] == [None]
