"""What is compared of a month's lines and proposals, and that both languages have words for it."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import openpyxl
import pytest
from report_rows import TITLES, line, proposal, score

from aftercare.reports.scorecard_words import read_words
from aftercare.reports.what_if import (
    FIGURES,
    MOST_SHOWN,
    MonthWhatIf,
    Scored,
    WhatIf,
    what_if_lines,
)
from aftercare.reports.what_if_workbook import what_if_workbook
from aftercare.settings import Language

LANGUAGES = get_args(Language)
COVERAGE = "follow_up_coverage"


def month(
    was: list[Any],
    would: list[Any],
    now: list[Any] | None = None,
    proposals: tuple[list[Any], list[Any]] = ([], []),
) -> MonthWhatIf:
    before, after = proposals
    return MonthWhatIf(
        "2026-06",
        True,
        Scored(was, before, 10),
        Scored(would, after, 10),
        Scored(was if now is None else now, before, 10),
    )


def told(made: MonthWhatIf, language: Language = "en", is_listed: bool = False) -> list[str]:
    found = WhatIf([made], "0" * 64, True, None, [], TITLES)
    return list(
        what_if_lines(found, read_words(language, "whatif"), read_words(language), is_listed)
    )


def turn(was: Any, would: Any) -> str | None:
    (change,) = month([was], [would]).changes
    return change.turn


def test_a_line_is_judged_by_its_coefficient_then_by_its_target() -> None:
    met, missed = line("E1", COVERAGE, 9, 10, "0.9"), line("E1", COVERAGE, 9, 10, "0.95")
    assert (turn(met, missed), turn(missed, met)) == ("worse", "better")
    high, low = score("E1", "98", "1.4", None), score("E1", "98", "1.2", None)
    assert (turn(high, low), turn(low, high)) == ("worse", "better")
    assert turn(line("E1", COVERAGE, 9, 10, "0.5"), line("E1", COVERAGE, 8, 10, "0.5")) is None
    assert turn(line("E1", COVERAGE, 9, 10, None), line("E1", COVERAGE, 9, 10, "0.5")) is None


def test_another_policy_line_alone_is_no_difference() -> None:
    old = line("E1", COVERAGE, 9, 10)
    assert month([old], [old | {"policy_line": "x/kpis/y/z@2026-06-01"}]).changes == []


def test_a_line_that_comes_or_goes_says_so() -> None:
    old, new = line("E1", COVERAGE, 9, 10), line("E1", "satisfied_share", 9, 10)
    text = "\n".join(told(month([old], [new])))
    assert "Follow-up coverage: Value 90% → –" in text
    assert "the line would go" in text
    assert "Satisfied share: Value – → 90%" in text
    assert "a new line" in text


def test_a_figure_is_compared_by_its_counts_too() -> None:
    text = "\n".join(told(month([line("E1", COVERAGE, 5, 10)], [line("E1", COVERAGE, 10, 20)])))
    assert "Follow-up coverage: Counted 5/10 → 10/20" in text
    old = line("E1", COVERAGE, 5, 10)
    text = "\n".join(told(month([old], [old | {"excluded": Decimal(2), "unit": "0-100"}])))
    assert "Follow-up coverage: Left out 0 → 2, Scale share → 0-100" in text


def test_long_lists_are_cut_unless_all_are_asked_for() -> None:
    people = [f"E{number:03}" for number in range(MOST_SHOWN + 5)]
    made = month(
        [line(person, COVERAGE, 9, 10) for person in people],
        [line(person, COVERAGE, 8, 10) for person in people],
    )
    assert any("5 more; --list" in text for text in told(made))
    assert not any("more; --list" in text for text in told(made, is_listed=True))
    assert sum("E0" in text for text in told(made, is_listed=True)) == len(people)


def test_proposals_come_go_and_differ_with_what_was_decided() -> None:
    goes, stays = proposal("E1", "approve"), proposal("E2", "reject")
    other = stays | {"reason": "oral_upheld: 1"}
    comes = proposal("E3", None)
    text = "\n".join(
        told(month([line("E1", COVERAGE, 1, 2)], [], None, ([goes, stays], [other, comes])))
    )
    assert "would not be proposed: 2026-06.E1.oral_warning" in text
    assert "now ✓ approved" in text
    assert "would be proposed otherwise: 2026-06.E2.oral_warning" in text
    assert "would be proposed: 2026-06.E3.oral_warning" in text


def test_another_time_to_put_a_step_right_is_another_proposal_and_told() -> None:
    stays = proposal("E1", "approve")
    kept = ([stays], [stays | {"correct_within": 20}])
    made = month([line("E1", COVERAGE, 1, 2)], [], None, kept)
    assert [each.terms for each in made.proposals] == [(30, 20)]
    assert "Days to put it right 30 → 20" in "\n".join(told(made))
    found = WhatIf([made], "0" * 64, True, None, [], TITLES)
    file = what_if_workbook(found, read_words("en", "whatif"), read_words("en"))
    heads, row = openpyxl.load_workbook(io.BytesIO(file)).worksheets[2].values
    cells = dict(zip(heads, row, strict=True))
    assert cells["Days to put it right, as it stands"] == 30
    assert cells["Days to put it right, as it would be"] == 20
    assert cells["Policy line"] == stays["policy_line"]


def test_a_step_from_before_the_time_was_counted_in_days_is_no_other_proposal() -> None:
    stays = proposal("E1", "approve")
    was = stays | {"correct_within": None, "correct_by": date(2026, 8, 4)}
    for one in (was, stays | {"correct_by": None}):
        made = month([line("E1", COVERAGE, 1, 2)], [], None, ([one], [stays]))
        assert made.proposals == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_may_differ_has_words_on_screen_and_in_the_workbook(
    language: Language,
) -> None:
    old = line("E1", COVERAGE, 9, 10)
    changes: dict[str, Any] = {
        "numerator": Decimal(8),
        "denominator": Decimal(20),
        "excluded": Decimal(3),
        "value": Decimal("0.4"),
        "unit": "0-100",
        "target": Decimal("0.8"),
        "is_target_met": False,
        "band": "≥98",
        "coefficient": Decimal("1.4"),
        "points": Decimal(3),
        "weight": Decimal(10),
        "note": "no_rows",
        "is_trial": True,
    }
    assert changes.keys() == set(FIGURES) - {"rank"}
    for name, value in changes.items():
        made = month(
            [old], [old | {name: value}], None, ([proposal("E1", None)], [proposal("E2", None)])
        )
        assert [each.differing for each in made.changes] == [(name,)]
        assert any("E1" in text for text in told(made, language))
        found = WhatIf([made], "0" * 64, True, None, [], TITLES)
        file = what_if_workbook(found, read_words(language, "whatif"), read_words(language))
        summary, lines, proposals, _ = openpyxl.load_workbook(io.BytesIO(file)).worksheets
        assert (summary.max_row, lines.max_row, proposals.max_row) == (2, 2, 3)


def test_text_in_a_name_stays_text() -> None:
    made = month(
        [line("E1", COVERAGE, 9, 10, employee_name="=1+1")],
        [line("E1", COVERAGE, 8, 10, employee_name="=1+1")],
    )
    found = WhatIf([made], "0" * 64, True, None, [], TITLES)
    file = what_if_workbook(found, read_words("en", "whatif"), read_words("en"))
    cell = openpyxl.load_workbook(io.BytesIO(file)).worksheets[1]["E2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
