"""What a backfill of scorecards says before it begins and at its end."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from report_rows import line, proposal

from aftercare.reports.backfilled import (
    Notice,
    Standing,
    backfilled_lines,
    backfilled_months,
    notice_lines,
)
from aftercare.reports.scorecard_words import read_words
from aftercare.reports.what_if import Scored
from aftercare.settings import Language

COVERAGE, SHARE = "follow_up_coverage", "satisfied_share"


def standing(lines: list[Any], proposals: list[Any] | None = None, **more: Any) -> Standing:
    return Standing(Scored(lines, proposals or [], 10), **more)


def test_a_month_says_what_came_changed_and_went() -> None:
    before = standing(
        [line("E1", COVERAGE, 5, 10), line("E1", SHARE, 5, 10), line("E2", COVERAGE, 5, 10)],
        [proposal("E1", None)],
    )
    after = standing(
        [line("E1", COVERAGE, 6, 10), line("E2", COVERAGE, 5, 10), line("E3", COVERAGE, 5, 10)],
        [proposal("E2", None), proposal("E3", None)],
    )
    (month,) = backfilled_months(
        ["2026-06"], {"2026-06": before}, {"2026-06": after}, {"2026-06": "success"}
    )
    assert month.counts == {
        "people": 3, "lines": 3, "new": 1, "changed": 1, "gone": 1,
        "proposals": 2, "come": 2, "went": 1, "differs": 0,
    }  # fmt: skip


@pytest.mark.parametrize("language", get_args(Language))
def test_months_that_stay_are_named_and_each_run_has_its_state(language: Language) -> None:
    keys = ["2026-05", "2026-06", "2026-07"]
    stays = standing([line("E1", COVERAGE, 5, 10)], is_frozen=True, is_published=True, differs=7)
    before = {"2026-05": stays, "2026-06": standing([]), "2026-07": standing([])}
    months = backfilled_months(keys, before, before, {"2026-05": "success", "2026-06": "failed"})
    words = read_words(language, "backfill")
    title, _, *rows, frozen, waiting = backfilled_lines(months, words)
    assert [row.split()[0] for row in rows] == keys
    assert words("run_success") in rows[0]
    assert rows[0].split()[-1] == "7"
    assert words("run_failed") in rows[1]
    assert words("run_none") in rows[2]
    assert frozen.startswith("2026-05:" if language == "en" else "2026-05：")
    assert (title, waiting) == (words("changed"), words("waiting"))


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("notice", get_args(Notice))
def test_whether_months_are_told_is_said_in_both_languages_once_for_all_alike(
    language: Language, notice: Notice
) -> None:
    words = read_words(language, "backfill")
    said = list(notice_lines({"2026-06": notice, "2026-05": notice}, words))
    assert said == [words(f"notice_{notice}", months="2026-05, 2026-06")]
    assert said[0].startswith("2026-05, 2026-06")
