"""Cases: rows that are held back, and what stewards decide about them.

A decision is kept beside the row, never in it: it names the case, and the case is one version of
one record. A released or waived row goes on the next time a load that holds it is validated and
merged; ``decide`` says which loads those are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Engine, RowMapping

from aftercare.errors import BadData, NotAllowed
from aftercare.quality.suites import Suite, read_suite
from aftercare.quality.words import REASONS, REFUSALS, STATES
from aftercare.sources.feeds import FEEDS
from aftercare.user_roles import ALL_STORES
from aftercare.warehouse import run

Action = Literal["release", "waive", "reopen"]
STEWARDS = ("steward",)
READERS = ("steward", "operator", "manager")


@dataclass(frozen=True)
class CaseFilter:
    """Which cases to list; None and 0 do not filter. ``state`` None: closed ones too."""

    store_code: str | None = None
    system: str | None = None
    feed: str | None = None
    rule_id: str | None = None
    owner: str | None = None
    state: str | None = "open"
    min_age_days: int = 0
    case_ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Decided:
    """What a decision did: states of the cases, and the loads to validate and merge again."""

    states: dict[int, str]
    loads: tuple[tuple[str, str, date], ...]


class CaseRefused(BadData):
    """A decision that does not fit its cases. ``zh`` says in Chinese what the message says."""

    def __init__(self, key: str, **values: object) -> None:
        zh, en = REFUSALS[key]
        super().__init__(en.format(**values))
        self.zh = zh.format(**values)


class NoSteward(NotAllowed):
    """Somebody decides about a store that is not theirs. ``zh``: the message in Chinese."""

    def __init__(self, user: str, store: str | None, case_id: int) -> None:
        zh, en = REFUSALS["no_steward"]
        values = {"user": user, "store": store or "?", "case_id": case_id}
        super().__init__(en.format(**values))
        self.zh = zh.format(**values)


def stores_of(engine: Engine, user: str, today: date, roles: Sequence[str] = READERS) -> list[str]:
    """Stores for which a user holds one of some roles; ``['*']`` is all, [] is none."""
    with engine.connect() as connection:
        return _stores_of(connection, user, today, roles)


def list_cases(
    engine: Engine,
    stores: Sequence[str],
    today: date,
    chosen: CaseFilter | None = None,
    most: int = 100,
    skipped: int = 0,
) -> list[dict[str, Any]]:
    """Cases of some stores (``['*']`` for all), the oldest first, at most ``most``.

    Each has ``problems``: rule id, message in both languages and the masked values that the rule
    looked at; ``found`` is the number of all that match.
    """
    chosen = chosen or CaseFilter()
    with engine.connect() as connection:
        rows = run(
            connection,
            "quality/list_cases",
            stores=list(stores),
            today=today,
            most=most,
            skipped=skipped,
            **{**vars(chosen), "case_ids": list(chosen.case_ids) if chosen.case_ids else None},
        ).mappings()
        return [_with_problems(row) for row in rows]


def count_cases(engine: Engine, stores: Sequence[str]) -> dict[str, dict[str, int]]:
    """Open cases by ``feed``, ``rule_id`` and ``store_code``; a case counts under each rule."""
    with engine.connect() as connection:
        rows = run(connection, "quality/count_cases", stores=list(stores)).mappings().all()
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("feed", "rule_id", "store_code")
    }
    for row in rows:
        for name, counter in counts.items():
            counter[row[name] or ""] += row["open_cases"]
    return {name: dict(sorted(counter.items())) for name, counter in counts.items()}


def describe_case(
    engine: Engine, stores: Sequence[str], today: date, case_id: int
) -> dict[str, Any]:
    """One case: as in `list_cases`, with its source row, load, decisions and other versions.

    Raises BadData when there is none, or none in these stores.
    """
    found = list_cases(engine, stores, today, CaseFilter(state=None, case_ids=(case_id,)))
    if not found:
        raise CaseRefused("no_case", case_id=case_id)
    with engine.connect() as connection:
        held = run(connection, "quality/get_case_row", case_id=case_id).mappings().one()
        versions = run(connection, "quality/list_versions", case_id=case_id).mappings().all()
        decisions = run(connection, "quality/list_decisions", case_id=case_id).mappings().all()
    return {
        **found[0],
        **held,
        "versions": [dict(version) for version in versions],
        "decisions": [dict(decision) for decision in decisions],
    }


def decide(
    engine: Engine,
    case_ids: Iterable[int],
    action: Action,
    user: str,
    today: date,
    reason_code: str,
    comment: str | None = None,
    rule_id: str = ALL_STORES,
    expires_on: date | None = None,
) -> Decided:
    """Keeps one decision about one or several cases; all of them or none.

    ``release``: the row is right as it is. ``waive``: it may go on despite a rule (``*``: all that
    it breaks) until the day ``expires_on``. ``reopen``: what was decided no longer counts.

    Raises NotAllowed without the role of a steward for each case's store, and BadData for cases,
    reasons or rules that do not fit.
    """
    chosen = sorted(set(case_ids))
    _check_words(action, reason_code, comment, today, expires_on)
    if not chosen:
        raise CaseRefused("nothing_chosen")
    with engine.begin() as connection:
        stores = _stores_of(connection, user, today, STEWARDS)
        cases = run(connection, "quality/lock_cases", case_ids=chosen).mappings().all()
        missing = set(chosen) - {case["case_id"] for case in cases}
        if missing:
            raise CaseRefused("no_cases", listed=", ".join(map(str, sorted(missing))))
        for case in cases:
            _check_case(case, action, rule_id, stores, user)
        if action != "reopen":
            _check_rivals(cases)
        run(
            connection,
            "quality/add_decision",
            case_ids=chosen,
            action=action,
            rule_id=rule_id,
            reason_code=reason_code,
            comment=comment,
            user_name=user,
            expires_on=expires_on,
        )
        states = run(connection, "quality/refresh_cases", case_ids=chosen, today=today).all()
    order = list(FEEDS)
    loads = {(case["system"], case["feed"], case["business_day"]) for case in cases}
    return Decided(
        states={row.case_id: row.state for row in states},
        loads=tuple(sorted(loads, key=lambda load: (load[2], order.index(load[1]), load[0]))),
    )


def pending_loads(engine: Engine, system: str | None = None) -> list[tuple[str, str, date]]:
    """Loads (system, feed, business day) with a row that may go on and has not yet, the oldest
    first: to be validated and merged again. ``system`` None: of all."""
    with engine.connect() as connection:
        rows = run(connection, "quality/list_pending_loads", system=system).mappings()
        return [(row["system"], row["feed"], row["business_day"]) for row in rows]


def _check_words(
    action: Action, reason_code: str, comment: str | None, today: date, expires_on: date | None
) -> None:
    if action not in ("release", "waive", "reopen"):
        raise CaseRefused("action", action=action)
    if reason_code not in REASONS:
        raise CaseRefused("reason", reason=reason_code, known=", ".join(REASONS))
    if reason_code == "other" and not (comment or "").strip():
        raise CaseRefused("say_reason")
    if action == "waive" and expires_on is None:
        raise CaseRefused("last_day_missing")
    if action != "waive" and expires_on is not None:
        raise CaseRefused("last_day_given")
    if expires_on is not None and expires_on < today:
        raise CaseRefused("last_day_over", day=expires_on)


def _check_case(
    case: RowMapping, action: Action, rule_id: str, stores: Sequence[str], user: str
) -> None:
    case_id = case["case_id"]
    if ALL_STORES not in stores and case["store_code"] not in stores:
        raise NoSteward(user, case["store_code"], case_id)
    if action == "reopen":
        if case["state"] not in ("released", "waived"):
            zh, en = STATES[case["state"]]
            raise CaseRefused("not_decided", case_id=case_id, zh=zh, en=en)
        return
    if case["state"] == "resent":
        raise CaseRefused("resent", case_id=case_id)
    if not case["is_releasable"]:
        raise CaseRefused("incomplete", case_id=case_id)
    if action == "waive" and rule_id != ALL_STORES and rule_id not in case["rule_ids"]:
        raise CaseRefused("other_rule", case_id=case_id, rule_id=rule_id)


def _check_rivals(cases: Sequence[RowMapping]) -> None:
    keys = Counter((case["system"], case["feed"], case["business_key"]) for case in cases)
    rivals = [key for key, count in keys.items() if count > 1]
    if rivals:
        listed = [
            str(case["case_id"])
            for case in cases
            if (case["system"], case["feed"], case["business_key"]) in rivals
        ]
        raise CaseRefused("rivals", listed=", ".join(listed))


def _stores_of(connection: Connection, user: str, today: date, roles: Sequence[str]) -> list[str]:
    found = run(
        connection, "ops/list_user_stores", user_name=user, today=today, roles=list(roles)
    ).scalars()
    stores = list(found)
    return [ALL_STORES] if ALL_STORES in stores else stores


def _with_problems(row: RowMapping) -> dict[str, Any]:
    suite = _suite(row["feed"])
    rules = {rule.rule_id: rule for rule in suite.rules}
    problems = [
        {
            "rule_id": rule_id,
            # A rule that was taken out of its suite since has no words any more.
            "message": rules[rule_id].meta.message.model_dump() if rule_id in rules else None,
            "shown": (row["shown"] or {}).get(rule_id),
        }
        for rule_id in row["rule_ids"]
    ]
    return {**{name: value for name, value in row.items() if name != "shown"}, "problems": problems}


@cache
def _suite(feed: str) -> Suite:
    return read_suite(feed)
