"""What staff answered against the rules that made their tasks, in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.rules.titles import Titles, title_of
from aftercare.words import ANSWERS, OUTCOMES, word


@dataclass(frozen=True)
class RuleAnswers:
    """Finished tasks of a rule, and how many of them ended in each answer; of one store or of all."""

    store_code: str | None
    pack: str
    rule_id: str
    occurrence: int
    follow_up: str
    finished: int
    answers: Mapping[str, int]

    @property
    def share(self) -> Decimal | None:
        """The part of the finished tasks that should not have been; None where none is finished."""
        if not self.finished:
            return None
        return Decimal(sum(self.answers.values())) / Decimal(self.finished)

    def as_json(self) -> dict[str, Any]:
        """For programs; the share as text, so that nothing is rounded twice."""
        return {
            "store_code": self.store_code,
            "pack": self.pack,
            "rule_id": self.rule_id,
            "occurrence": self.occurrence,
            "follow_up": self.follow_up,
            "finished": self.finished,
            **self.answers,
            "share": None if self.share is None else f"{self.share:.4f}",
        }


def of_all_stores(rows: Sequence[RuleAnswers]) -> list[RuleAnswers]:
    """The rows of each rule added up over the stores, the rule with the highest share first."""
    by_rule: dict[tuple[str, str, int, str], list[RuleAnswers]] = {}
    for row in rows:
        rule = (row.pack, row.rule_id, row.occurrence, row.follow_up)
        by_rule.setdefault(rule, []).append(row)
    return worst_first(
        [
            RuleAnswers(
                None,
                *rule,
                sum(row.finished for row in found),
                {answer: sum(row.answers[answer] for row in found) for answer in ANSWERS},
            )
            for rule, found in by_rule.items()
        ]
    )


def worst_first(rows: Sequence[RuleAnswers]) -> list[RuleAnswers]:
    """The highest share first."""
    return sorted(
        rows,
        key=lambda row: (
            -(row.share or 0),
            row.store_code or "",
            row.pack,
            row.rule_id,
            row.occurrence,
            row.follow_up,
        ),
    )


def answer_lines(
    rows: Sequence[RuleAnswers], month: str, titles: Titles, say: Words
) -> Iterator[str]:
    """A table, a line for each rule, or for each store and rule."""
    yield say("head", month=month)
    if not rows:
        yield "  " + say("none")
        return
    is_by_store = any(row.store_code for row in rows)
    heads = [say("rule"), say("pack"), say("finished")]
    heads += [word(OUTCOMES, answer, say.language) for answer in ANSWERS]
    heads.append(say("share"))
    yield from table_lines(
        [say("store"), *heads] if is_by_store else heads,
        [
            [
                *([row.store_code or ""] if is_by_store else []),
                title_of(
                    titles, row.pack, row.follow_up, row.rule_id, row.occurrence, say.language
                ),
                row.pack,
                str(row.finished),
                *(str(row.answers[answer]) for answer in ANSWERS),
                _percent(row.share),
            ]
            for row in rows
        ],
    )


def _percent(share: Decimal | None) -> str:
    if share is None:
        return "–"
    return f"{(share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
