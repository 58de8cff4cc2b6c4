"""The demo's month, made small: every KPI of sections d and e is a line of a scorecard, and HR's mail shows everybody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from reflected import reflected
from rule_sections import entries, figures
from sample_nights import SampleNights
from scored_month import house_policy
from sqlalchemy import Engine, select

from aftercare.reports.mail_layout import HTML_BYTES
from aftercare.reports.scorecard_mail import fitting_page
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_words import read_words
from aftercare.rules.month import months_before
from aftercare.settings import Language
from aftercare.stages.policy import load_policy
from aftercare.stages.publish import report_of
from aftercare.stages.scorecards import score_month

LANGUAGES: tuple[Language, ...] = ("zh", "en")
MONTH, NIGHT = "2026-10", date(2026, 11, 5)
RULES = [rule for letter in "de" for rule in entries(letter)]
OF_CALLS = {
    *("quality_and_success", "call_success", "satisfied_share", "follow_up_rate"),
    *("advisor_satisfied_share", "consultant_satisfied_share", "store_satisfaction"),
}
"""Lines that stand on what staff answered: a demo has them after weeks of nights, and this has one."""


def lines(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(select(reflected(engine, "score.scorecard_line"))).mappings():
            found[row["kpi_id"]].append(dict(row))
    return found


def a_year_of(report: ScorecardReport) -> ScorecardReport:
    """The same month after eleven others."""
    months = [*months_before(MONTH, 11), MONTH]
    trend = [{**row, "month": month} for month in months for row in report.rows.trend]
    return ScorecardReport(replace(report.rows, trend=trend))


def not_shown(found: dict[str, list[dict[str, Any]]], rule: str) -> set[str]:
    """Figures of a rule with no line, or one without unit or without a policy line of the rule it names."""
    known = {line.line_id: line for line in house_policy().lines}
    return {
        figure
        for figure in figures(rule)
        if not found[figure]
        or not all(
            line["unit"]
            and line["policy_line"] in known
            and known[line["policy_line"]].rule == line["rule_id"]
            for line in found[figure]
        )
    }


def test_every_kpi_is_a_line_with_a_figure_and_everybody_stands_on_the_page_to_hr(
    warehouse: Engine, tmp_path: Path
) -> None:
    nights = SampleNights(warehouse, tmp_path, 1, NIGHT, NIGHT)
    nights.run()
    load_policy(warehouse, house_policy())
    score_month(warehouse, nights.group, house_policy(), MONTH, NIGHT + timedelta(days=1))
    found = lines(warehouse)
    shown = {
        rule: sorted({line["rule_id"] for f in figures(rule) for line in found[f]})
        for rule in RULES
    }
    assert {rule: ids for rule, ids in shown.items() if rule not in ids} == {"S1-10": []}
    assert {rule: lacks for rule in RULES if (lacks := not_shown(found, rule))} == {}
    asked = {figure for rule in RULES for figure in figures(rule)}
    assert asked - found.keys() == set()
    unknown = {
        figure
        for figure in asked
        if all(row["value"] is None and row["points"] is None for row in found[figure])
    }
    assert unknown == OF_CALLS
    assert all(line["points"] is not None for line in found["complaint_points"])
    # One of the dealer systems tells when files are put away, the other one does not.
    assert {line["value"] is None for line in found["archived_in_time"]} == {True, False}

    made = a_year_of(report_of(warehouse, nights.group, house_policy(), MONTH))
    assert len(made.roles) == 7
    counted = {*made.kpi_ids, *made.coefficient_ids}
    listed = [one.employee_no for one in made.people if not counted.isdisjoint(one.lines)]
    for language in LANGUAGES:
        texts, html = fitting_page(made, read_words(language))
        assert len(html.encode()) < HTML_BYTES
        shown = [one["employee_no"] for post in texts["posts"] for one in post["people"]]
        assert sorted(shown) == sorted(listed)
        assert len(texts["trend_months"]) == 12
        assert len(texts["commands"]) > len(made.main_kpi_ids)
