"""What staff write about a call in one line, and what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from aftercare.targets.mapping_file import Part
from aftercare.targets.protocol import WishCode

SEPARATORS = re.compile(r"[\s,，;；。、]+")

DAY = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})")

Flag = Literal["is_fault_cleared", "is_next_service_told", "is_complaint", "is_do_not_call"]


class ResultWords(Part):
    """How the feedback of a finished call is understood.

    Feedback is split at blanks, commas and semicolons. `outcomes` and `flags` list the words that
    stand for each code and each flag; `satisfaction` lists the labels before a figure (`满意度:9`).
    `default_outcome` is the outcome of a call marked done without such a word. `wishes` lists the words of what
    customers ask for; one may be followed by its last day (`暂停联系至2026-12-31`).
    """

    outcomes: Mapping[str, tuple[str, ...]]
    flags: Mapping[Flag, tuple[str, ...]] = {}
    wishes: Mapping[WishCode, tuple[str, ...]] = {}
    satisfaction: tuple[str, ...] = ()
    default_outcome: str | None = None


def understand(feedback: str | None, words: ResultWords) -> dict[str, Any]:
    """Outcome, satisfaction, flags and a wish in a feedback; what it does not say is not in the answer.

    A wish whose last day is none is not understood: it would hold for good.
    """
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
        for wish, names in words.wishes.items():
            for name in _folded(names):
                rest = part.removeprefix(name) if part.startswith(name) else None
                if rest == "":
                    said.setdefault("wish", wish)
                elif rest is not None and (last := _day(rest.lstrip(":：至到"))):
                    said |= {"wish": wish, "wish_until": last}
    if words.default_outcome is not None:
        said.setdefault("outcome", words.default_outcome)
    return said


def _day(text: str) -> date | None:
    found = DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _folded(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words]
