"""Push: what the outbox intends and the target does not hold yet.

A message is claimed and the claim committed before the target is called, so a process that is
killed leaves behind what it may have sent as `unknown`, and never as not sent. What is sent is
rendered at that moment from care and core; what the target already acknowledged is not sent.

Messages to customers leave one by one, each committed as claimed before and as said after it, and
only within the hours of their store: of a process that is killed one message at most is in doubt.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.errors import ConfigurationError, DeliveryStopped, SystemUnreachable
from aftercare.protection import Keyring
from aftercare.rules.complaint_terms import close_by
from aftercare.rules.festivals import open_days
from aftercare.rules.message_hours import may_send
from aftercare.rules.policy import Policy
from aftercare.settings import Group
from aftercare.targets import scorecards
from aftercare.targets.guards import DayVolume, Stop, volume_stop
from aftercare.targets.outbox import CONTACT_REJECTED, Outbox
from aftercare.targets.protocol import ListTarget, MessageTarget, Target
from aftercare.targets.refused import revive_changed
from aftercare.targets.sender import LOCK_CLASS, WAITING, Sender, claimer
from aftercare.targets.served import served_stores

ENDS = ("sent", "unchanged", "rejected", "dead", "dropped", "retry", "unknown", "expired")


def push(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    target: Target | ListTarget | MessageTarget,
    day: date,
    today: date,
    policy: Policy,
    now: Callable[[], datetime] | None = None,
    guarded: bool = True,
) -> dict[str, Any]:
    """Sends to a target what differs from what it acknowledged; safe to kill and to run twice.

    Counts: `due` task messages of the work day = `sent` + `unchanged` + `rejected` + `dead` + `dropped` +
    `retry` + `unknown` + `expired` + `waiting`; `rejected_by` reason, and `contacts_rejected_by` reason;
    `withdrawn` of the day; `complaints` and `scorecards`, the same of complaints and of published months
    where the target keeps them; and of this run alone `changed`, the records that the target took, `lists`,
    the lists written, and under `run` what was `created`, `updated`, `withdrawn`, `unchanged`, `rejected`
    (`rejected_by` reason, contacts too) and `retried`, what stayed `unknown`, the `conflicts` about fields
    that staff had changed, the `calls` made and the `seconds`; `given_up` are dead messages of any day.
    `stopped` says what looked wrong; without `guarded` the push goes on, and `let_through` says it.

    A target of messages needs `now`, the moment in the group's time zone: what may not be sent at that
    hour by `policy` waits.

    Raises, after the report was kept, SystemUnreachable where the target took nothing at all,
    DeliveryStopped where the volume of a day or the share of rejected messages looks wrong, and what
    the target raises where it is not what its mapping says.
    """
    says_once = isinstance(target, MessageTarget)
    outbox = Outbox(
        target.name,
        keyring,
        policy,
        group.offers_pick_up,
        partial(close_by, policy, group),
        group.group.language,
        group.time_zone,
        today,
        has_contacts=isinstance(target, Target) and target.capabilities.has_contacts,
        has_complaints=isinstance(target, Target) and target.capabilities.has_complaints,
        has_scorecards=takes_scorecards(target),
        says_once=says_once,
        watches_fields=isinstance(target, Target) and target.capabilities.watches_fields,
    )
    # A list that is written late is for the day on which somebody can still work on it.
    work_day = max(day + timedelta(days=1), today)
    sender = Sender(engine, target, outbox, work_day, group.delivery, guarded)
    let_through: Stop | None = None
    began = time.monotonic()
    if isinstance(target, MessageTarget):
        # A check that fails would leave what was claimed in doubt; a gateway says what is wrong when
        # the first message is sent.
        sender.checked = True
        sender.stores_now = _hours(engine, group, policy, now, today)
    try:
        with engine.begin() as connection:
            served = served_stores(connection, group, target.name, work_day)
            if outbox.has_complaints:
                _tell_complaints(connection, target.name, served, day)
            if not says_once:
                months_for = served if outbox.has_scorecards else []
                scorecards.tell(
                    connection, target.name, months_for, group, today, day + timedelta(days=1)
                )
            sender.complaint_stores = served
            revive = {"target": target.name, "lock_class": LOCK_CLASS}
            warehouse.run(connection, "outbound/revive_stale_messages", **revive)
            warehouse.run(connection, "outbound/supersede_messages", target=target.name)
            warehouse.run(connection, "outbound/forget_refused", target=target.name)
            if sender.mapping_digest:
                # Contacts first: what stands on them follows by their state.
                revive_changed(connection, outbox, sender.mapping_digest, today)
                warehouse.run(
                    connection,
                    "outbound/revive_rejected",
                    target=target.name,
                    today=today,
                    mapping_digest=sender.mapping_digest,
                    contact_rejected=CONTACT_REJECTED,
                )
        if not isinstance(target, ListTarget):
            found = sudden_volume(engine, target.name, group, day)
            sender.stop, let_through = (found, None) if guarded else (None, found)
        # Each message is tried once; what stayed unknown is settled by sending it again.
        for states in (WAITING, ("unknown", "pending")):
            if states is not WAITING:
                sender.wait_until_settled()
            with claimer(engine, target.name) as number:
                sender.send_all(number, states, least=states is not WAITING)
        sender.give_up()
        sender.publish_remaining()
    finally:
        counts = _report(engine, sender, day, time.monotonic() - began, let_through)
    if sender.stop:
        raise DeliveryStopped(
            f"{target.name}: {sender.stop.text}. Look with `aftercare push {day} --dry-run` and `aftercare "
            "outbox list`; what waits is sent by `aftercare push` with `--let-through`"
        )
    if not isinstance(target, ListTarget) and target.stopped:
        raise ConfigurationError(target.stopped)
    in_vain = {"retry"} if says_once else {"retry", "unknown"}
    if sender.outcomes and set(sender.outcomes) <= in_vain:
        why = f" ({sender.reason})" if sender.reason else ""
        raise SystemUnreachable(
            f"{target.name} takes nothing at the moment{why}; what waits is sent by the next push",
            sender.retry_after,
        )
    return counts


def takes_scorecards(target: Target | ListTarget | MessageTarget) -> bool:
    """Whether a target takes summaries of published months."""
    if isinstance(target, Target):
        return target.capabilities.has_scorecards
    return isinstance(target, ListTarget) and target.has_scorecards


def _tell_complaints(connection: Connection, target: str, stores: Sequence[str], day: date) -> None:
    """Puts into the outbox what changed of complaints of these stores."""
    warehouse.run(connection, "outbound/lock_complaints", target=target)
    warehouse.run(
        connection,
        "outbound/tell_complaints",
        target=target,
        store_codes=list(stores),
        work_day=day + timedelta(days=1),
    )


def _hours(
    engine: Engine,
    group: Group,
    policy: Policy,
    now: Callable[[], datetime] | None,
    today: date,
) -> Callable[[], list[str]]:
    """Asks which stores may send messages at this moment."""
    if now is None:
        raise ConfigurationError("messages are sent by the clock; give push one")
    with engine.begin() as connection:
        stores = warehouse.run(connection, "care/list_stores").all()
    calendars = open_days(group, today)

    def stores_now() -> list[str]:
        moment = now()
        found = []
        for store in stores:
            try:
                pack = group.pack_of(store.store_code, store.brand, moment.date())
            except ConfigurationError:
                continue
            days = calendars[group.calendar_of(store.store_code)]
            if may_send(policy, pack, moment, days):
                found.append(store.store_code)
        return found

    return stores_now


def sudden_volume(engine: Engine, target: str, group: Group, day: date) -> Stop | None:
    """Whether of one day far more waits than days usually bring."""
    first = day + timedelta(days=1) - timedelta(days=group.delivery.days)
    with engine.begin() as connection:

        def volumes(name: str) -> list[DayVolume]:
            found = warehouse.run(connection, name, target=target, first_day=first).mappings()
            return [DayVolume(**row) for row in found]

        return volume_stop(
            volumes("outbound/count_waiting"),
            lambda: volumes("outbound/count_volume"),
            group.delivery,
        )


def _report(
    engine: Engine, sender: Sender, day: date, seconds: float, let_through: Stop | None
) -> dict[str, Any]:
    counted: dict[str, Counter[str]] = {
        "task": Counter(),
        "complaint": Counter(),
        "scorecard": Counter(),
    }
    rejected_by: dict[str, Counter[str]] = {entity: Counter() for entity in counted}
    name = sender.target.name
    with engine.begin() as connection:
        for row in warehouse.run(
            connection, "outbound/count_messages", target=name, work_day=day + timedelta(days=1)
        ):
            counts = counted[row.entity]
            if row.action == "withdraw":
                counts["withdrawn"] += row.messages if row.state in ("sent", "unchanged") else 0
                continue
            if row.state != "superseded":
                counts["due"] += row.messages
                counts[row.state if row.state in ENDS else "waiting"] += row.messages
            if row.state == "rejected":
                rejected_by[row.entity][row.reason or ""] += row.messages
        of_entity = {
            entity: {
                **{key: counts[key] for key in ("due", *ENDS, "waiting", "withdrawn")},
                "rejected_by": dict(rejected_by[entity]),
            }
            for entity, counts in counted.items()
        }
        kept: dict[str, Any] = {
            **of_entity["task"],
            **({"complaints": of_entity["complaint"]} if sender.outbox.has_complaints else {}),
            **({"scorecards": of_entity["scorecard"]} if sender.outbox.has_scorecards else {}),
            **(
                {"contacts_rejected_by": _rejected_contacts(connection, name, day)}
                if sender.outbox.has_contacts
                else {}
            ),
            "changed": sender.changed,
            "lists": sender.lists,
            "given_up": warehouse.run(connection, "outbound/count_dead", target=name).scalar_one(),
            "stopped": sender.stop and sender.stop.as_counts(),
            "let_through": let_through and let_through.as_counts(),
            "run": {
                "created": sender.created,
                "updated": sender.changed - sender.created - sender.withdrawn,
                "withdrawn": sender.withdrawn,
                "unchanged": sender.unchanged,
                "rejected": sender.rejected_by.total(),
                "rejected_by": dict(sender.rejected_by),
                "unknown": len(sender.in_doubt),
                "retried": sender.retried,
                "conflicts": sender.conflicts,
                "calls": sender.calls,
                "seconds": round(seconds, 1),
            },
        }
        warehouse.report(connection, "push", day.isoformat(), kept, part=name)
    return kept


def _rejected_contacts(connection: Connection, target: str, day: date) -> dict[str, int]:
    """How many contacts of the day are rejected, by reason."""
    found = warehouse.run(
        connection,
        "outbound/count_rejected_contacts",
        target=target,
        work_day=day + timedelta(days=1),
    )
    return {row.reason: row.messages for row in found}
