"""What staff write about a call in one line, and what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from aftercare.targets.mapping_file import Part

SEPARATORS = re.compile(r"[\s,，;；。、]+")

Flag = Literal["is_fault_cleared", "is_next_service_told", "is_complaint", "is_do_not_call"]


class ResultWords(Part):
    """How the feedback of a finished call is understood.

    Feedback is split at blanks, commas and semicolons. `outcomes` and `flags` list the words that
    stand for each code and each flag; `satisfaction` lists the labels before a figure (`满意度:9`).
    `default_outcome` is the outcome of a call marked done without such a word.
    """

    outcomes: Mapping[str, tuple[str, ...]]
    flags: Mapping[Flag, tuple[str, ...]] = {}
    satisfaction: tuple[str, ...] = ()
    default_outcome: str | None = None


def understand(feedback: str | None, words: ResultWords) -> dict[str, Any]:
    """Outcome, satisfaction and flags in a feedback; what it does not say is not in the answer."""
    said: dict[str, Any] = {}
    for part in SEPARATORS.split((feedback or "").casefold()):
        for outcome, names in words.outcomes.items():
            if part in _folded(names):
                said.setdefault("outcome", outcome)
        for flag, names in words.flags.items():
            if part in _folded(names):
                said[flag] = True
        for label in _folded(words.satisfaction):
            figure = re.fullmatch(rf"{re.escape(label)}[:：=]?(\d{{1,2}})分?", part)
            if figure:
                said.setdefault("satisfaction", int(figure[1]))
    if words.default_outcome is not None:
        said.setdefault("outcome", words.default_outcome)
    return said


def _folded(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words]
