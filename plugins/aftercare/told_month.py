"""A published month as its stores and its people are told of it: what is read for some of them at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Engine

from aftercare import warehouse
from aftercare.proposal_rows import REWARD, SANCTION
from aftercare.protection import Keyring
from aftercare.reports.month_facts import MonthFacts
from aftercare.reports.scorecard_report import SCORE, Row, ranks_of, ranks_people
from aftercare.reports.statement import MedianKey, Statement
from aftercare.reports.store_mail import StoreMonth
from aftercare.rules import period
from aftercare.rules.figure_titles import figure_titles
from aftercare.rules.month import month_of, months_before
from aftercare.rules.objection_terms import objection_terms
from aftercare.rules.policy import Policy
from aftercare.rules.store_figures import StoreFigure, store_figures
from aftercare.scored_lines import month_lines
from aftercare.settings import Group
from aftercare.targets.own_mails import own_address
from aftercare.warehouse import run


@dataclass(frozen=True)
class ToldMonth:
    """A published month, and what is read of it for one store or for some people."""

    facts: MonthFacts
    tells_managers: bool
    tells_employees: bool
    trend_months: Sequence[str]
    median_people: int
    median_stores: int
    proposals: Sequence[Row]
    rewards: Sequence[Row]
    hr_addresses: Sequence[str]
    places: dict[str, tuple[int, int]]
    """Place and number of ranked people, by scorecard."""

    @classmethod
    def of(cls, engine: Engine, group: Group, policy: Policy, month: str) -> ToldMonth | None:
        """What all mails of the month have in common; None for a month that is not published."""
        bounds = month_of(policy, period.read_month(month))

        def value(item: str, name: str) -> int:
            return int(policy.value("house", item, name, bounds.last_day, "the mails").value)

        with engine.connect() as connection:
            known = run(connection, "score/get_publication", month=month).one_or_none()
            if known is None:
                return None
            digest = run(connection, "score/get_month", month=month).mappings().one()
            proposals = warehouse.rows(
                connection, "score/list_proposals", month=month, proposals=[]
            )
            objections = warehouse.rows(connection, "objections/list_objections", month=month)
            titles = figure_titles(policy)
            scores = [
                line
                for kpi in {SCORE, *titles}
                if ranks_people(kpi)
                for line in month_lines(connection, month, kpi_id=kpi)
            ]
        published_on = known.published_at.astimezone(group.time_zone).date()
        return cls(
            MonthFacts(
                month,
                group.group.name,
                bounds.closing_on,
                value("scoring", "minimum_n"),
                objection_terms(policy, bounds.last_day, published_on),
                titles,
                known.approved_by,
                digest["policy_digest"],
                objections,
            ),
            known.tells_managers,
            known.tells_employees,
            [*months_before(month, value("month", "trend_months") - 1), month],
            value("statements", "median_people"),
            value("statements", "median_stores"),
            [row for row in proposals if row["kind"] == SANCTION],
            [row for row in proposals if row["kind"] == REWARD],
            [recipient.address for recipient in group.mail.recipients.get("hr", ())],
            ranks_of(scores, value("scoring", "minimum_n")),
        )

    def store_figures(self, engine: Engine) -> dict[str, list[StoreFigure]]:
        """The month's figures of all stores."""
        with engine.connect() as connection:
            rows = warehouse.rows(
                connection,
                "score/list_store_figures",
                months=[self.facts.month],
            )
        return store_figures(rows, self.facts.minimum_n, self.median_stores)

    def stores(
        self,
        engine: Engine,
        names: Mapping[str, str],
        figures: Mapping[str, Sequence[StoreFigure]],
    ) -> dict[str, StoreMonth]:
        """Months of some stores by code, each with its own people alone; ``names`` are the stores' names."""
        with engine.connect() as connection:
            trends = _by(
                warehouse.rows(
                    connection,
                    "score/list_store_trend",
                    months=list(self.trend_months),
                    stores=list(names),
                ),
                "store_code",
            )
            lines = _by(month_lines(connection, self.facts.month, stores=list(names)), "store_code")
        return {
            code: self._store(code, name, figures.get(code, ()), trends[code], lines[code])
            for code, name in names.items()
        }

    def _store(
        self,
        store_code: str,
        store_name: str,
        figures: Sequence[StoreFigure],
        trend: Sequence[Row],
        lines: Sequence[Row],
    ) -> StoreMonth:
        # Months before the first one with scorecards are not shown as empty.
        first = min((row["month"] for row in trend), default=self.facts.month)
        return StoreMonth(
            self.facts,
            store_code,
            store_name,
            figures,
            trend,
            [month for month in self.trend_months if month >= first],
            lines,
            self._places_in(lines),
            self._proposals_of_stores[store_code],
            self.median_stores,
            self._rewards_of_stores[store_code],
        )

    def _places_in(self, lines: Sequence[Row]) -> dict[str, tuple[int, int]]:
        cards = dict.fromkeys(line["scorecard_id"] for line in lines)
        return {card: self.places[card] for card in cards if card in self.places}

    @cached_property
    def _proposals_of_stores(self) -> defaultdict[str, list[Row]]:
        return _by(self.proposals, "store_code")

    @cached_property
    def _rewards_of_stores(self) -> defaultdict[str, list[Row]]:
        return _by(self.rewards, "store_code")

    @cached_property
    def _proposals_of_people(self) -> defaultdict[str, list[Row]]:
        return _by(self.proposals, "employee_no")

    @cached_property
    def _rewards_of_people(self) -> defaultdict[str, list[Row]]:
        return _by(self.rewards, "employee_no")

    def medians(self, engine: Engine) -> dict[MedianKey, tuple[Any, int]]:
        """Median and number of people by post, figure and unit."""
        with engine.connect() as connection:
            return {
                (row["role"], row["kpi_id"], row["unit"]): (row["median"], row["people"])
                for row in warehouse.rows(
                    connection, "score/list_post_medians", month=self.facts.month
                )
            }

    def people(
        self,
        engine: Engine,
        keyring: Keyring,
        employee_nos: Sequence[str],
        medians: dict[MedianKey, tuple[Any, int]],
    ) -> tuple[dict[str, str], dict[str, Statement]]:
        """The addresses of some people that may be written to now, and everybody's statement."""
        with engine.connect() as connection:
            rows = warehouse.rows(
                connection,
                "score/list_scored_addresses",
                month=self.facts.month,
                last_no="",
                is_all=False,
                employee_nos=list(employee_nos),
                most=len(employee_nos),
            )
        addresses = {row["employee_no"]: own_address(keyring, row)[0] for row in rows}
        names = {row["employee_no"]: row["employee_name"] for row in rows}
        return addresses, self.statements(engine, names, medians)

    def statements(
        self,
        engine: Engine,
        names: dict[str, str],
        medians: dict[MedianKey, tuple[Any, int]],
    ) -> dict[str, Statement]:
        """Statements by employee number; ``names`` has the people's names, empty: as on the lines."""
        with engine.connect() as connection:
            lines = _by(
                month_lines(connection, self.facts.month, employee_nos=list(names)), "employee_no"
            )
        return {
            employee_no: Statement(
                self.facts,
                employee_no,
                name or next((line["employee_name"] for line in lines[employee_no]), ""),
                lines[employee_no],
                self._places_in(lines[employee_no]),
                self._proposals_of_people[employee_no],
                medians,
                self.median_people,
                self.hr_addresses,
                self._rewards_of_people[employee_no],
            )
            for employee_no, name in names.items()
        }


def _by(rows: Sequence[Row], column: str) -> defaultdict[str, list[Row]]:
    """Rows by what stands in a column, in their order."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
