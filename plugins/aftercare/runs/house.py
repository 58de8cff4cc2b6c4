"""What every entrance needs: the group's policy, today, key ring, systems and targets.

Here, and only here, the clock is read: ``today`` decides whether a period is over and whether
something is too old to be sent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache, partial, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from aftercare import connections, warehouse
from aftercare.errors import AftercareError, ConfigurationError, Fatal, Retriable
from aftercare.key_registry import in_use
from aftercare.key_registry import step as guarded_step
from aftercare.protection import Keyring
from aftercare.rules.calendar import ONE_DAY
from aftercare.rules.festivals import Festivals, provisional_years
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT, Group
from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.mapping import read_dealer_system
from aftercare.targets.smtp import Mailer

WORKBOOK = "workbook"
Counts = dict[str, Any]
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def step(act: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """A step that upgrades and changes of keys wait for, begun only where code and keys fit."""

    @wraps(act)
    def guarded(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        engine, ring = connections.warehouse_engine(), connections.keyring()
        with warehouse.in_words(), guarded_step(engine, ring):
            return act(*given, **named)

    return guarded


def each(
    names: Iterable[str],
    act: Callable[[str], Counts],
    problems: list[tuple[str, AftercareError]],
) -> Counts:
    """Acts on each system or target; one that fails goes to the problems and does not stop the others."""
    counts: Counts = {}
    for name in names:
        try:
            counts[name] = act(name)
        except AftercareError as problem:
            problems.append((name, problem))
    return counts


def raise_problems(problems: Sequence[tuple[str, AftercareError]]) -> None:
    """Raises what `each` found, if anything; worth another try where that is so for one of them."""
    if not problems:
        return
    kind = Retriable if any(isinstance(problem, Retriable) for _, problem in problems) else Fatal
    raise kind("; ".join(f"{name}: {problem}" for name, problem in problems))


def keyring() -> Keyring:
    """The key ring as the warehouse uses it; inside a step it does not change."""
    return in_use(connections.warehouse_engine(), connections.keyring())


@cache
def policy() -> Policy:
    """The policy of this installation, read once a process."""
    return Policy.load(PROJECT / "include" / "policy")


def try_policy(group: Group) -> list[str]:
    """Stores that have no pack today, where a night would take the policy; nothing is written.

    Raises PolicyError, naming file and line, where tonight would refuse it: for a value that cannot be
    used, or for a line that decided something and was edited since.
    """
    from aftercare.stages.policy import load_policy

    ours, day = policy(), today(group)
    for pack in sorted(group.assigned_packs & ours.packs.keys()):
        follow_ups(ours, pack)
    with warehouse.rehearsal(connections.warehouse_engine()) as undone:
        load_policy(undone.engine, ours)
        with undone.engine.begin() as connection:
            stores = warehouse.run(connection, "care/list_stores").all()
    return [store.store_code for store in stores if not _has_pack(group, store, day)]


def _has_pack(group: Group, store: Any, day: date) -> bool:
    try:
        return bool(group.pack_of(store.store_code, store.brand, day))
    except ConfigurationError:
        return False


def today(group: Group) -> date:
    """The date in the group's time zone; ``AFTERCARE_TODAY`` replaces it in rehearsals and tests."""
    return now(group).date()


def now(group: Group) -> datetime:
    """The moment in the group's time zone; the time of day of a rehearsed ``AFTERCARE_TODAY`` may stand
    in it, too."""
    moment = datetime.now(group.time_zone)
    rehearsed = os.environ.get("AFTERCARE_TODAY")
    if not rehearsed:
        return moment
    given = datetime.fromisoformat(rehearsed)
    time = moment.time() if "T" not in rehearsed else given.time()
    return datetime.combine(given.date(), time, group.time_zone)


def dealer_system(name: str) -> DealerSystem:
    """The mapping of a dealer system; ``workbook`` is the one of the stores' filled task lists."""
    return read_dealer_system(PROJECT / "include" / "mappings" / "dealer" / f"{name}.yaml")


def crm_targets(group: Group) -> list[str]:
    """Targets that serve at least one store, gateways among them, beside the workbook."""
    return [name for name in group.targets.names if name != WORKBOOK]


def message_targets(group: Group) -> list[str]:
    """Gateways that send messages for at least one store."""
    return sorted(group.targets.messages.names)


def target(group: Group, name: str) -> Any:
    """The target of this name with its connection."""
    if name == WORKBOOK:
        from aftercare.targets.workbook import WorkbookTarget

        return WorkbookTarget(
            connections.exchange_folder(),
            group.group.language,
            group.targets.workbook_scorecards,
            # One reading of the calendar for all lists of a push.
            partial(_provisional, group, cache(Festivals.load)),
        )
    if name in group.targets.messages.names:
        from aftercare.targets.sms import SmsTarget

        return SmsTarget.from_mapping(name, connections.connection)
    from aftercare.targets.crm import crm_target

    return crm_target(name, connections.connection)


def _provisional(
    group: Group,
    load: Callable[[date], Festivals],
    store_code: str,
    work_day: date,
    days: Iterable[date],
) -> Sequence[int]:
    """Of days on a store's list for work on a day, the years whose holidays are not announced."""
    return provisional_years(group, work_day - ONE_DAY, [(store_code, day) for day in days], load)


def mailer() -> Mailer:
    return Mailer(connections.connection("aftercare_smtp"))


def docs_folder() -> Path | None:
    """Where data docs are written (connection ``aftercare_docs``); None where there is none."""
    try:
        return Path(connections.connection("aftercare_docs").path)
    except ConfigurationError:
        return None
