"""The steps of the sanction ladder, as proposals: what a month gives reason to propose.

An oral warning for a satisfied share below the limit on enough answers, or for an upheld complaint;
a written criticism for more upheld complaints, or for a reason for an oral warning after an oral
warning that was approved a short while ago; points less, once a written criticism was approved.
Who has had several steps is referred to HR, and what follows there is worked out nowhere. A person
decides; nothing here is about money.

What would have to be different for nothing, or a milder step, to be proposed is asked of the ladder
itself (`rules.otherwise`), so it is true of the whole month and not of one of its reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from aftercare.rules.otherwise import Month, least_changes
from aftercare.rules.policy import Line, Policy
from aftercare.rules.scoring import percent, share

Step = Literal["oral_warning", "written_criticism", "points_less", "hr_referral"]
ORAL, WRITTEN, POINTS, REFERRAL = "oral_warning", "written_criticism", "points_less", "hr_referral"
ITEM = "sanctions"
PERSON = "the sanction ladder"


@dataclass(frozen=True)
class Ladder:
    """The ladder of a pack on a day."""

    oral_below: Line
    oral_complaints: Line
    written_complaints: Line
    repeat_within: Line
    points_first: Line
    points_again: Line
    points_within: Line
    refer_from: Line
    refer_within: Line
    minimum_n: int
    correct_within: int

    @classmethod
    def read(cls, policy: Policy, pack: str, day: date) -> Ladder:
        """The ladder in force; PolicyError when a step has no value."""

        def line(name: str) -> Line:
            return policy.value(pack, ITEM, name, day, PERSON)

        return cls(
            line("oral_below"),
            line("oral_upheld_complaints"),
            line("written_upheld_complaints"),
            line("repeat_within"),
            line("points_first"),
            line("points_again"),
            line("points_within"),
            line("refer_from"),
            line("refer_within"),
            int(line("minimum_n").value),
            int(line("correct_within").value),
        )


def posts_of(policy: Policy, day: date) -> tuple[str, ...]:
    """The posts that the ladder is for: of anybody else it proposes nothing, whatever was counted."""
    value = policy.value("house", ITEM, "posts", day, PERSON).value
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True)
class Conduct:
    """What a month says about a person.

    ``dissatisfied`` are the keys of the answers that were not satisfied, ``upheld`` of complaints
    found justified. Of steps that were approved in earlier months, told before the first case of this
    one, and still count, ``warnings`` are the oral ones, ``criticisms`` the written ones, ``points`` those of points, and ``steps``
    all that count towards a referral. ``faults`` complaints were upheld for a fault of the product, and
    count against nobody. ``is_unheard``: an approved step is left out only because it was told after the
    first case, so that it might count without that case. ``late`` of the upheld were told after their own
    month was settled.
    """

    satisfied: int = 0
    answered: int = 0
    dissatisfied: tuple[str, ...] = ()
    upheld: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    criticisms: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    faults: int = 0
    is_unheard: bool = False
    late: int = 0


@dataclass(frozen=True)
class Proposal:
    """A step with its reason in words, the line that gives it, and the rows it stands on.

    ``correct_within`` are the days in which it shall be put right once it was told, None for a referral.
    """

    step: Step
    line: Line
    reason_zh: str
    reason_en: str
    correct_within: int | None
    rows: tuple[tuple[str, str], ...]

    @property
    def reason(self) -> str:
        """Both languages, a line each, as it is stored."""
        return f"{self.reason_zh}\n{self.reason_en}"


def reason_in(reason: str, language: str) -> str:
    """The words of a stored reason in one language."""
    chinese, _, english = reason.partition("\n")
    return english if language == "en" and english else chinese


def propose(conduct: Conduct, ladder: Ladder) -> Proposal | None:
    """The highest step that a month gives reason for, or None; a referral stands beside it.

    Its reason ends with what would have to be different.
    """
    found = _climb(conduct, ladder)
    if found is None:
        return None

    def ask(month: Month) -> str | None:
        other = replace(
            conduct, satisfied=month.satisfied, upheld=conduct.upheld[: month.complaints]
        )
        step = _climb(other, ladder)
        return step.step if step else None

    own = Month(conduct.satisfied, len(conduct.upheld))
    for change in least_changes(own, conduct.answered, ask):
        if change.step is None or not conduct.is_unheard:
            found = replace(
                found,
                reason_zh=f"{found.reason_zh}{change.words_zh}",
                reason_en=f"{found.reason_en} {change.words_en}",
            )
    return found


def _climb(conduct: Conduct, ladder: Ladder) -> Proposal | None:
    """The step, with what it stands on and not yet what would have to be different."""
    found = _warn(conduct, ladder)
    if found is not None and conduct.faults:
        found = replace(
            found,
            reason_zh=f"{found.reason_zh}另有 {conduct.faults} 起投诉因产品问题成立，不计入。",
            reason_en=f"{found.reason_en} Complaints upheld for a fault of the product, left out: "
            f"{conduct.faults}.",
        )
    if found is not None and conduct.late:
        found = replace(
            found,
            reason_zh=f"{found.reason_zh}其中 {conduct.late} 起属以前月份，该月定稿之后才得知认定成立，"
            "计入本月，只计一次。",
            reason_en=f"{found.reason_en} Of them, complaints of earlier months that were told as upheld "
            f"after their month was settled, counted here and once: {conduct.late}.",
        )
    before = (*conduct.criticisms, *conduct.points)
    if found is None or not before:
        return found
    line = ladder.points_again if conduct.points else ladder.points_first
    months, points = int(ladder.points_within.value), f"{line.value:f}"
    return replace(
        found,
        step="points_less",
        line=line,
        reason_zh=f"{months} 个月内已有书面批评或减分（{'、'.join(before)}），当月再次达到处分条件：建议当月"
        f"绩效分减少 {points} 分（满分 100 分），不涉及金额。{found.reason_zh}",
        reason_en=f"Reason for a step again within {months} months after {', '.join(before)}: "
        f"{points} points less of the month's 100 are proposed, and no amount. {found.reason_en}",
        rows=tuple(dict.fromkeys((*_rows("sanction_proposal", before), *found.rows))),
    )


def cases(conduct: Conduct, ladder: Ladder) -> tuple[tuple[str, str], ...]:
    """Kind and key of the month's own rows on which a step stands, earlier steps aside; none without a reason."""
    alone = replace(conduct, warnings=(), criticisms=(), points=(), steps=())
    found = _warn(alone, ladder)
    return found.rows if found else ()


def refer(conduct: Conduct, step: Proposal | None, key: str, ladder: Ladder) -> Proposal | None:
    """The referral to HR of who has had several steps, the month's own included, or None.

    ``key`` is the id of the month's ``step``, on which the referral rests. What HR does about it is
    no matter of rules.
    """
    most, months = int(ladder.refer_from.value), int(ladder.refer_within.value)
    if step is None or len(conduct.steps) + 1 < most:
        return None
    keys = (*conduct.steps, key)
    return Proposal(
        "hr_referral",
        ladder.refer_from,
        f"{months} 个月内第 {len(keys)} 次（{'、'.join(keys)}），达到 {most} 次，转人力资源部面谈了解情况。"
        "系统不计算也不建议后果；当月的一项未获同意则不成立。",
        f"Step number {len(keys)} within {months} months ({', '.join(keys)}); from {most} on HR is "
        "asked to look into it. Nothing that may follow is worked out or proposed here; without an "
        "approval of this month's step there is no referral.",
        None,
        _rows("sanction_proposal", keys),
    )


Correction = Literal["put_right", "again", "too_few", "not_scored"]


def correction(
    *, is_scored: bool, is_again: bool, is_about_answers: bool, answered: int, minimum_n: int
) -> Correction:
    """What the month in which a step had to be put right says of it (S1-30).

    A step that was about answers is put right by enough better ones: with ``answered`` of fewer
    than ``minimum_n`` nothing is known. ``again``: the month gave reason for a step itself.
    """
    if is_again:
        return "again"
    if not is_scored:
        return "not_scored"
    return "too_few" if is_about_answers and answered < minimum_n else "put_right"


def _warn(conduct: Conduct, ladder: Ladder) -> Proposal | None:
    """The higher of the first two steps that a month gives reason for, or None."""
    written = int(ladder.written_complaints.value)
    is_written = len(conduct.upheld) >= written
    complaints = _criticism(conduct, ladder) if is_written else _complaints(conduct, ladder)
    share_first = (_low_share(conduct, ladder), complaints)
    # What gives the step by itself comes first, and the other reason is named and shown beside it.
    ordered = reversed(share_first) if is_written else share_first
    reasons = [found for found in ordered if found]
    if not reasons:
        return None
    line, chinese, english, rows = reasons[0]
    if len(reasons) > 1:
        chinese, english = f"{chinese}另外，{reasons[1][1]}", f"{english} {reasons[1][2]}"
        rows = (*rows, *reasons[1][3])
    if is_written:
        return Proposal("written_criticism", line, chinese, english, ladder.correct_within, rows)
    if conduct.warnings:
        months = int(ladder.repeat_within.value)
        return Proposal(
            "written_criticism",
            ladder.repeat_within,
            f"{months} 个月内再次达到口头警告的条件（前次：{'、'.join(conduct.warnings)}）。{chinese}",
            f"Reason for an oral warning again within {months} months (before: "
            f"{', '.join(conduct.warnings)}). {english}",
            ladder.correct_within,
            (*_rows("sanction_proposal", conduct.warnings), *rows),
        )
    return Proposal("oral_warning", line, chinese, english, ladder.correct_within, rows)


Reason = tuple[Line, str, str, tuple[tuple[str, str], ...]]


def _low_share(conduct: Conduct, ladder: Ladder) -> Reason | None:
    value = share(conduct.satisfied, conduct.answered)
    limit = ladder.oral_below.value
    if value is None or conduct.answered < ladder.minimum_n or value >= limit:
        return None
    shown, bound = percent(value), percent(limit)
    return (
        ladder.oral_below,
        f"客户满意率 {conduct.satisfied}/{conduct.answered}（{shown}），低于 {bound} 的门槛。",
        f"Satisfied share {conduct.satisfied}/{conduct.answered} ({shown}), below the limit of "
        f"{bound}.",
        _rows("follow_up_task", conduct.dissatisfied),
    )


def _complaints(conduct: Conduct, ladder: Ladder) -> Reason | None:
    limit, n = int(ladder.oral_complaints.value), len(conduct.upheld)
    if n < limit:
        return None
    return (
        ladder.oral_complaints,
        f"当月有 {n} 起投诉被认定成立，达到口头警告的门槛（{limit} 起）。",
        f"Complaints upheld in the month: {n}; the limit for an oral warning is {limit}.",
        _rows("complaint", conduct.upheld),
    )


def _criticism(conduct: Conduct, ladder: Ladder) -> Reason:
    limit, n = int(ladder.written_complaints.value), len(conduct.upheld)
    return (
        ladder.written_complaints,
        f"当月有 {n} 起投诉被认定成立，达到书面批评的门槛（{limit} 起）。",
        f"Complaints upheld in the month: {n}; the limit for a written criticism is {limit}.",
        _rows("complaint", conduct.upheld),
    )


def _rows(kind: str, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((kind, key) for key in keys)
