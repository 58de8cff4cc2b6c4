"""What would have to be different: said in words, and true when it is done."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scored_month import house_policy

from aftercare.rules.otherwise import STEPS, Month, least_changes
from aftercare.rules.sanctions import Conduct, Ladder, propose
from aftercare.rules.withdrawals import NAMES

LADDER = Ladder.read(house_policy(), "skoda-dealer", date(2026, 6, 30))
WARNING, CRITICISM = "2026-05.E1.oral_warning", "2026-04.E1.written_criticism"
ONE, TWO = ("C1",), ("C1", "C2")
NONE_ZH = "如果没有投诉被认定成立，则不提出任何一步。"
NONE = "With no complaint upheld, nothing would be proposed."


def ends(conduct: Conduct) -> tuple[str, str]:
    """The last words of a proposal in both languages: those of what would have to be different."""
    found = propose(conduct, LADDER)
    assert found is not None
    return (
        found.reason_zh[found.reason_zh.index("如果") :],
        found.reason_en[found.reason_en.index("With ") :],
    )


def test_one_complaint_would_have_to_be_none() -> None:
    assert ends(Conduct(upheld=ONE)) == (NONE_ZH, NONE)


def test_a_low_share_would_have_to_reach_the_limit() -> None:
    assert ends(Conduct(7, 10)) == (
        "如果10 条答复中满意的达到 8 条，则不提出任何一步。",
        "With at least 8 of the 10 answers satisfied, nothing would be proposed.",
    )


def test_a_low_share_and_a_complaint_would_both_have_to_be_others() -> None:
    assert ends(Conduct(7, 10, upheld=ONE)) == (
        "如果没有投诉被认定成立，且10 条答复中满意的达到 8 条，则不提出任何一步。",
        "With no complaint upheld and at least 8 of the 10 answers satisfied, nothing would be proposed.",
    )


def test_with_one_of_two_complaints_it_would_be_a_warning() -> None:
    assert ends(Conduct(upheld=TWO)) == (
        f"如果认定成立的投诉不超过 1 起，则只建议口头警告。{NONE_ZH}",
        f"With at most 1 complaint upheld, the step would be: oral warning. {NONE}",
    )


@pytest.mark.parametrize(
    "earlier", [{"criticisms": (CRITICISM,)}, {"warnings": (WARNING,)}], ids=["points", "repeated"]
)
def test_with_an_earlier_step_one_complaint_less_is_not_said_to_help(
    earlier: dict[str, tuple[str, ...]],
) -> None:
    assert ends(Conduct(upheld=TWO, **earlier)) == (NONE_ZH, NONE)  # type: ignore[arg-type]


def test_no_milder_step_is_promised_where_another_first_case_could_make_an_earlier_step_count() -> (
    None
):
    assert ends(Conduct(upheld=TWO, is_unheard=True)) == (NONE_ZH, NONE)


COMPLAINTS = re.compile(r"at most (\d+) complaints? upheld|(no complaint upheld)")
SATISFIED = re.compile(r"at least (\d+) of the \d+ answers satisfied")
STEP = re.compile(r"the step would be: ([a-z ]+)$")
OF_NAME = {english: step for step, (_, english) in NAMES.items()}


def done(conduct: Conduct, sentence: str) -> Conduct:
    """The month with what a sentence says done to it, as a reader would."""
    fewer, more = COMPLAINTS.search(sentence), SATISFIED.search(sentence)
    if fewer:
        conduct = replace(conduct, upheld=conduct.upheld[: int(fewer[1] or 0)])
    if more:
        conduct = replace(conduct, satisfied=int(more[1]))
    return conduct


def sentences(conduct: Conduct, ladder: Ladder) -> Sequence[str]:
    found = propose(conduct, ladder)
    if found is None:
        return []
    return found.reason_en[found.reason_en.index("With ") :].rstrip(".").split(". ")


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Ladders as a group may set them, the oral limit above the written one not left out."""

    def of(line: object, value: object) -> object:
        return replace(line, value=value)  # type: ignore[type-var]

    return replace(
        LADDER,
        oral_below=of(LADDER.oral_below, Decimal(draw(st.integers(1, 100))) / 100),
        oral_complaints=of(LADDER.oral_complaints, draw(st.integers(1, 3))),
        written_complaints=of(LADDER.written_complaints, draw(st.integers(1, 4))),
        minimum_n=draw(st.integers(1, 15)),
    )


@st.composite
def conducts(draw: st.DrawFn, most: int = 40) -> Conduct:
    answered = draw(st.integers(0, most))
    good = draw(st.integers(0, answered))
    upheld = tuple(f"C{no}" for no in range(draw(st.integers(0, 5))))
    return Conduct(
        good,
        answered,
        tuple(f"T{no}" for no in range(answered - good)),
        upheld,
        draw(st.sampled_from([(), (WARNING,)])),
        draw(st.sampled_from([(), (CRITICISM,)])),
        faults=draw(st.integers(0, 1)),
    )


@settings(deadline=None)
@given(conducts(), ladders())
def test_what_is_said_is_true_when_it_is_done(conduct: Conduct, ladder: Ladder) -> None:
    found = propose(conduct, ladder)
    said = sentences(conduct, ladder)
    assert bool(said) == (found is not None)
    for sentence in said:
        step = STEP.search(sentence)
        after = propose(done(conduct, sentence), ladder)
        assert (after.step if after else None) == (OF_NAME[step[1]] if step else None)
    if said:
        assert said[-1].endswith("nothing would be proposed")


@settings(deadline=None)
@given(conducts(20), ladders())
def test_nothing_less_would_do(conduct: Conduct, ladder: Ladder) -> None:
    found = propose(conduct, ladder)
    if found is None:
        return
    said = done(conduct, sentences(conduct, ladder)[-1])
    own = Month(conduct.satisfied, len(conduct.upheld))
    least = own.differs(Month(said.satisfied, len(said.upheld)))
    for kept in range(len(conduct.upheld) + 1):
        for good in range(conduct.satisfied, conduct.answered + 1):
            if own.differs(Month(good, kept)) < least:
                other = replace(conduct, satisfied=good, upheld=conduct.upheld[:kept])
                assert propose(other, ladder) is not None


@settings(deadline=None)
@given(conducts(), ladders())
def test_what_is_named_first_takes_less_and_is_milder(conduct: Conduct, ladder: Ladder) -> None:
    def ask(month: Month) -> str | None:
        other = replace(
            conduct, satisfied=month.satisfied, upheld=conduct.upheld[: month.complaints]
        )
        step = propose(other, ladder)
        return step.step if step else None

    own = Month(conduct.satisfied, len(conduct.upheld))
    found = least_changes(own, conduct.answered, ask)
    if len(found) > 1:
        present = ask(own)
        assert present is not None
        assert found[0].step is not None
        assert STEPS.index(found[0].step) < STEPS.index(present)
