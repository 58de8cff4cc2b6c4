"""The month's conclusion: its numbers add up, every figure has a verdict, and who is sanctioned is named."""

from datetime import date
from typing import Any

import pytest
from report_rows import line, proposal, report

from aftercare.reports.scorecard_conclusion import FIGURES, NAMED, conclusion
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_view import subject
from aftercare.reports.scorecard_words import read_words

ZH, EN = read_words("zh"), read_words("en")


def of_store(store: str, kpi_id: str, counts: tuple[int, int], target: str | None) -> Any:
    """A store's own figure, on the scorecard of one of its people."""
    return line(
        f"E{store}",
        kpi_id,
        *counts,
        target,
        credit="store",
        store_code=store,
        scorecard_id=f"2026-06.SC.{store}.E{store}",
    )


def figures(lines: list[Any]) -> str:
    """The line of figures."""
    return conclusion(report(lines=lines, proposals=[]), EN)[1]


def test_the_conclusion_is_three_lines() -> None:
    assert conclusion(report(), ZH) == [
        "评分 3 人（销售关爱 3）：1 人全部目标达成，1 人至少一项未达成，"
        "1 人没有可判断的目标（其中 1 人没有可计数据）。",
        "有目标的 2 项指标中 2 项未达成：回访覆盖率 95% ▼（目标 100%）；"
        "客户满意率 81.8% ▼（目标 90%）。",
        "处分建议 1 项，均已由人决定：同意 1 项（员工E2，和远斯柯达城东店，口头警告），"
        "驳回 0 项。请执行已同意的；员工可在 2026-07-13（含）之前提出异议，被异议的在答复之前不执行。",
    ]
    assert conclusion(report(), EN)[0].startswith("3 people scored (sales care 3): 1 met every")


def test_met_missed_and_not_judged_are_all_in_line_and_subject() -> None:
    lines = [
        *(line(f"M{number}", "satisfied_share", 19, 20) for number in range(2)),
        *(line(f"N{number}", "satisfied_share", 1, 20) for number in range(3)),
        *(line(f"O{number}", "satisfied_share", 1, 20, None) for number in range(4)),
    ]
    made = report(lines=lines, proposals=[])
    assert conclusion(made, EN)[0] == (
        "9 people scored (sales care 9): 2 met every target, 3 missed at least one, "
        "4 had none that could be judged."
    )
    assert "of 9 people 2 met every target, 3 missed one, 4 not judged" in subject(made, EN)
    assert "9 人中 2 人全部达标、3 人未达标、4 人未判断" in subject(made, ZH)


def test_the_largest_posts_are_named_and_those_of_a_size_by_their_order() -> None:
    roles = ["AC", "SC", "SUP", "SUP", "RENEWAL", "X9"]
    lines = [
        line(f"E{number}", "satisfied_share", 9, 10, role=role, scorecard_id=str(number))
        for number, role in enumerate(roles)
    ]
    assert (
        "（客服主管 2、销售关爱 1、售后关爱 1 等 5 个岗位）"
        in conclusion(report(lines=lines), ZH)[0]
    )
    assert (
        "supervisor 2, sales care 1, after-sales care 1; 5 posts in all)"
        in conclusion(report(lines=lines), EN)[0]
    )
    assert "(X9 1)" in conclusion(report(lines=lines[-1:]), EN)[0]


def test_a_figure_that_some_stores_have_a_target_for_is_judged_over_these_alone() -> None:
    lines = [
        of_store("SK01", "satisfied_share", (1, 10), "0.9"),
        of_store("SK02", "satisfied_share", (10, 10), None),
        of_store("SK03", "satisfied_share", (10, 10), None),
        of_store("SK04", "satisfied_share", (0, 0), "0.9"),
    ]
    assert figures(lines) == (
        "Of 1 figures with a target 1 miss it: "
        "Satisfied share 10% ▼ (target 90%, set in 1 of 3 stores)."
    )


def test_a_figure_that_some_people_have_a_target_for_is_judged_over_these_alone() -> None:
    lines = [line("E1", "satisfied_share", 9, 10), line("E2", "satisfied_share", 0, 10, None)]
    assert "Satisfied share 90% ✓ (target 90%, set for 1 of 2 people)" in figures(lines)


def test_where_targets_differ_each_is_held_to_their_own() -> None:
    stores = [
        of_store("SK01", "satisfied_share", (95, 100), "0.9"),
        of_store("SK02", "satisfied_share", (9, 10), "1"),
    ]
    assert "95" not in figures(stores)[:30]
    assert "▼ (targets 90% / 100%, reached by 1 of 2 stores)" in figures(stores)
    people = [line("E1", "satisfied_share", 9, 10), line("E2", "satisfied_share", 10, 10, "1")]
    assert "Satisfied share 95% ✓ (targets 90% / 100%, reached by 2 of 2 people)" in figures(people)


def test_what_is_the_stores_counts_once_however_many_posts_have_it() -> None:
    once = of_store("SK01", "satisfied_share", (1, 10), "0.9")
    again = {**once, "role": "AC", "scorecard_id": "2026-06.AC.SK01.E9", "employee_no": "E9"}
    other = of_store("SK02", "satisfied_share", (10, 10), None)
    assert "10% ▼ (target 90%, set in 1 of 2 stores)" in figures([once, again, other])


def test_a_figure_to_stay_below_its_target_is_judged_so() -> None:
    lines = [
        of_store("SK01", "satisfied_share", (2, 10), "0.15"),
        of_store("SK02", "satisfied_share", (1, 10), None),
    ]
    for one in lines:
        one["direction"] = "lower"
    lines[0]["is_target_met"] = False
    assert "Satisfied share 20% ▼ (target <15%, set in 1 of 2 stores)" in figures(lines)


def many(*marks: bool | None) -> ScorecardReport:
    """A figure for each mark: met, missed, without a target."""
    names = [f"k{number}" for number in range(len(marks))]
    lines = [
        line("E1", name, 9 if mark else 1, 10, None if mark is None else "0.9")
        for name, mark in zip(names, marks, strict=True)
    ]
    titles = {name: {"zh": name, "en": name} for name in names}
    return report(lines=lines, titles=titles, trend=[], proposals=[])


def test_missed_figures_come_first_and_no_more_than_there_is_room_for() -> None:
    said = conclusion(many(None, True, False, True, False, None), EN)[1]
    assert said.startswith("Of 4 figures with a target 2 miss it: k2 10% ▼")
    assert [said.index(name) for name in ("k2", "k4", "k1", "k3", "k0")] == sorted(
        said.index(name) for name in ("k2", "k4", "k1", "k3", "k0")
    )
    assert said.count(";") == FIGURES - 1
    assert conclusion(many(*[False] * 8), EN)[1].count("▼") == FIGURES


def test_without_any_target_the_figures_stand_for_themselves() -> None:
    said = conclusion(many(None, None), EN)[1]
    assert said == "No figure has a target to be judged by: k0 10%; k1 10%."


def test_nothing_is_to_be_carried_out_where_all_was_rejected() -> None:
    made = report(proposals=[proposal("E1", "reject"), proposal("E2", "reject")])
    assert conclusion(made, EN)[2] == (
        "Sanctions proposed: 2, all decided by a person and all rejected; there is none to carry out."
    )


def test_a_line_names_as_many_as_it_has_room_for_and_says_how_many_there_are() -> None:
    some = [proposal(f"E{number}", "approve") for number in range(NAMED + 2)]
    said = conclusion(report(proposals=some), EN)[2]
    assert said.count("Oral warning") == NAMED
    assert f"… {NAMED + 2} in all, see below)" in said


@pytest.mark.parametrize(
    ("state", "said"), [("open", "Oral warning · under objection"), ("rejected", "warning)")]
)
def test_a_sanction_that_is_objected_to_says_so_where_it_is_named(state: str, said: str) -> None:
    raised = {
        "scorecard_id": "2026-06.SC.SK01.E2",
        "kpi_id": None,
        "proposal_id": "2026-06.E2.oral_warning",
        "proposals": ["2026-06.E2.oral_warning"],
        "state": state,
        "due_on": date(2026, 7, 20),
    }
    assert said in conclusion(report(objections=[raised]), EN)[2]
