"""Lines of a scorecard: a figure with its counts, its target or band, and the policy line behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from aftercare.errors import PolicyError
from aftercare.rules import scoring
from aftercare.rules.kpis import HIGHER, NOT_COUNTED, PERSON, Kpi
from aftercare.rules.policy import Line, Policy

Row = Mapping[str, Any]
LINE_COLUMNS = (
    "scorecard_id",
    "kpi_id",
    "rule_id",
    "numerator",
    "denominator",
    "excluded",
    "value",
    "unit",
    "target",
    "is_target_met",
    "band",
    "coefficient",
    "points",
    "weight",
    "note",
    "policy_line",
    "credit",
    "direction",
)


def kpi_line(policy: Policy, pack: str, kpi: Kpi, card: Row, counted: Row | None, day: date) -> Row:
    """The line of a KPI on a person's scorecard, by the policy of ``day``.

    ``counted`` has numerator, denominator and excluded as counts of rows, or is None without rows.
    """
    scale = policy.value(pack, kpi.item, "scale", day, f"the line {kpi.name}")
    target = policy.find(pack, kpi.item, f"target_{card['role'].lower()}", day)
    numerator, denominator, excluded = (
        (counted["numerator"], counted["denominator"], counted["excluded"])
        if counted
        else (0, 0, 0)
    )
    value = scoring.share(numerator, denominator)
    return line_of(
        card,
        kpi.name,
        target or scale,
        numerator=numerator,
        denominator=denominator,
        excluded=excluded,
        value=value,
        unit=scale.value,
        target=target.value if target else None,
        is_target_met=scoring.meets(value, target.value if target else None, kpi.direction),
        note=None if value is not None else "no_rows",
        credit=kpi.credit,
        direction=kpi.direction,
    )


def line_of(card: Row, kpi: str, source: Line, **figures: Any) -> Row:
    """One line of a scorecard, by the policy line that makes it; what is not named is None."""
    return (
        dict.fromkeys(LINE_COLUMNS)
        | {
            "scorecard_id": card["scorecard_id"],
            "kpi_id": kpi,
            "rule_id": source.rule,
            "policy_line": source.line_id,
            "credit": PERSON,
            "direction": HIGHER,
        }
        | figures
    )


def score_of(scores: Mapping[tuple[str, str, str], Row], card: Row, metric: str) -> Row | None:
    """A person's own score, else the store's; ``scores`` by store, employee and folded METRIC."""
    for employee_no in (card["employee_no"], ""):
        found = scores.get((card["store_code"], employee_no, metric.upper()))
        if found:
            return found
    return None


def score_proof(card: Row, kpi: str, month: str, score: Row) -> Row:
    """The row of a score that others gave, as what a line stands on."""
    key = (score["store_code"], score["employee_no"], month, score["metric"])
    return {
        "scorecard_id": card["scorecard_id"],
        "kpi_id": kpi,
        "row_kind": "external_score",
        "row_key": "|".join(key),
        "is_numerator": True,
        "is_excluded": False,
        "reason": f"score_{score['value'].normalize():f}_of_{score['scale'].strip()}",
    }


@dataclass(frozen=True)
class Bands:
    """The bands of one coefficient, as the policy has them on a day."""

    name: str
    line: Line
    scale: str
    bands: tuple[scoring.Band, ...]
    minimum_n: Decimal

    @classmethod
    def read(cls, policy: Policy, pack: str, name: str, day: date) -> Bands:
        """The bands in force; PolicyError for a value that is not, or that a dated null took away."""

        def given(value: str) -> Line:
            line = policy.value(pack, "scoring", value, day, f"the coefficient {name}")
            if line.value is None:
                raise PolicyError(
                    f"is null from {line.valid_from} on ({line.rule}), and the coefficient {name} needs "
                    f"it on {day}: give it a value, or end the coefficient by a null in {name}_bands",
                    file=line.file,
                    line=line.file_line,
                    key=value,
                )
            return line

        line = given(f"{name}_bands")
        return cls(
            name,
            line,
            given(f"{name}_scale").value,
            scoring.read_bands(line.value),
            Decimal(given("minimum_n").value),
        )

    def of_line(self, card: Row, read: Row) -> Row:
        """A coefficient for a figure that was counted here."""
        return self._scored(
            card,
            read["value"],
            read["unit"],
            Decimal(read["denominator"]),
            numerator=read["numerator"],
            denominator=read["denominator"],
            excluded=read["excluded"],
            credit=read["credit"],
        )

    def of_score(self, card: Row, score: Row | None) -> Row:
        """A coefficient for a score that somebody else gave; how many answers it had, they know."""
        if score is None:
            return self._scored(card, None, None, None)
        return self._scored(card, score["value"], score["scale"], None)

    def of_no_kpi(self, card: Row) -> Row:
        """A coefficient whose KPI is not counted on the day: unknown, and says so."""
        return line_of(card, self.name, self.line, unit=self.scale, note=NOT_COUNTED)

    def _scored(
        self,
        card: Row,
        value: Decimal | None,
        scale: str | None,
        n: Decimal | None,
        **counts: Any,
    ) -> Row:
        banded = scoring.apply_bands(self.bands, self.scale, value, scale, n, self.minimum_n)
        return line_of(
            card,
            self.name,
            self.line,
            value=value,
            unit=scale or self.scale,
            band=banded.band,
            coefficient=banded.coefficient,
            note=banded.note,
            **counts,
        )
