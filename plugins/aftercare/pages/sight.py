"""What a user may see of a scored month: as whom they look at it, and from when on.

Whoever leads a store (hr, its manager) prepares and decides its month and sees all of it. Who is
there only as an employee sees nothing before the month is published, and then what a statement
tells: own figures, own sanctions and rewards that were approved, without who decided and why, and
without who nominated. Who rated them, and with which words, they read beside the rows of their figures.
Who nominated is told to hr of the store alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Engine

from aftercare.proposal_rows import SANCTION
from aftercare.reports.told_proposals import told_rewards, told_sanctions
from aftercare.rules.rewards import SANCTION as SANCTION_BEHIND
from aftercare.user_roles import ALL_STORES
from aftercare.warehouse import run

LEADERS = ("hr", "manager")


@dataclass(frozen=True)
class Sight:
    """What a user may see: stores (``*`` all), and their own scorecards; ``hr_stores`` those as hr."""

    stores: frozenset[str]
    employee_nos: frozenset[str]
    hr_stores: frozenset[str] = frozenset()

    @property
    def leads_all(self) -> bool:
        """Whether all stores may be seen."""
        return ALL_STORES in self.stores

    def leads(self, store_code: str) -> bool:
        """Whether everything of a store may be seen, and who decided what."""
        return self.leads_all or store_code in self.stores

    def is_hr_of(self, store_code: str) -> bool:
        """Whether somebody looks at a store as hr, who alone are told who nominated and may answer."""
        return not self.hr_stores.isdisjoint((ALL_STORES, store_code))

    def covers(self, store_code: str, employee_no: str) -> bool:
        """Whether a person's figures at a store may be seen."""
        return self.leads(store_code) or employee_no in self.employee_nos

    def of_month(self, is_published: bool) -> Sight:
        """What of it is left in one month: nobody sees it as an employee before it is published."""
        return self if is_published else replace(self, employee_nos=frozenset())

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to see."""
        return not self.stores and not self.employee_nos


def sight_of(engine: Engine, user: str, day: date) -> Sight:
    """What a user may see on a day."""
    with engine.connect() as connection:
        roles = run(connection, "score/list_deciders", user_name=user, day=day).mappings().all()
    return Sight(
        frozenset(r["store_code"] for r in roles if r["role"] in LEADERS),
        frozenset(r["employee_no"] for r in roles if r["employee_no"]),
        frozenset(r["store_code"] for r in roles if r["role"] == "hr"),
    )


def is_published(engine: Engine, month: str) -> bool:
    """Whether a month was published; one without scorecards was not."""
    with engine.connect() as connection:
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
    return known is not None and known["published_at"] is not None


def seen_proposals(rows: Sequence[Mapping[str, Any]], sight: Sight) -> list[dict[str, Any]]:
    """The proposals that may be seen, each with what of it; ``is_led`` where that is everything."""
    found = []
    for row in rows:
        if sight.leads(row["store_code"]):
            is_hr = sight.is_hr_of(row["store_code"])
            behind = row["rows_behind"] if is_hr else _unnamed(row["rows_behind"])
            found.append({**row, "rows_behind": behind, "is_led": True})
        elif row["employee_no"] in sight.employee_nos and _is_told(row):
            found.append(_told(row))
    return found


def _is_told(row: Mapping[str, Any]) -> bool:
    told = told_sanctions if row["kind"] == SANCTION else told_rewards
    return bool(told([row]))


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A proposal as its person is told of it: without who decided, their notes, and other proposals."""
    hidden = dict.fromkeys(("remark", "decided_by", "decided_at"))
    behind = [each for each in row["rows_behind"] if each[0] != SANCTION_BEHIND]
    return {**row, **hidden, "rows_behind": _unnamed(behind), "overturned": [], "is_led": False}


def _unnamed(rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Rows behind a proposal without who nominated: that is between them and HR."""
    return [(kind, key.rpartition("|")[0] if kind == "nomination" else key) for kind, key in rows]
