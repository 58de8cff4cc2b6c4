"""What the mails to stores and employees have in common: the month, its terms and the figures' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aftercare.reports.scorecard_report import MonthRows, Row, ScorecardReport
from aftercare.rules.objection_terms import ObjectionTerms


@dataclass(frozen=True)
class MonthFacts:
    """A published month: when calls ended to count, from how many rows on people are ranked, and the terms.

    ``objections`` are all of the month: they mark figures and proposals, and are told to nobody.
    """

    month: str
    group_name: str
    closing_on: date
    minimum_n: int
    terms: ObjectionTerms
    titles: Mapping[str, Mapping[str, str]]
    approved_by: str
    policy_digest: str
    objections: Sequence[Row] = ()

    def report(self, lines: Sequence[Row], proposals: Sequence[Row]) -> ScorecardReport:
        """Some lines of the month as its documents read them."""
        return ScorecardReport(
            MonthRows(
                month=self.month,
                group_name=self.group_name,
                lines=lines,
                trend=(),
                proposals=proposals,
                evidence=(),
                titles=self.titles,
                minimum_n=self.minimum_n,
                closing_on=self.closing_on,
                as_of=None,
                policy_digest=self.policy_digest,
                approved_by=self.approved_by,
                objection_until=self.terms.until,
                reply_days=self.terms.reply_days,
                reply_until=self.terms.reply_until,
                objections=self.objections,
            )
        )
