"""What people see of the outbox, and decide about it: send a message again, or drop it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, Engine

from aftercare.errors import BadData
from aftercare.protection import Keyring
from aftercare.rules.complaint_terms import close_by
from aftercare.rules.policy import Policy
from aftercare.settings import Group
from aftercare.targets.rehearsed import masked_fields
from aftercare.targets.said import Said
from aftercare.user_roles import require_role
from aftercare.warehouse import rows, run

ROLES = ("operator",)
WORKBOOK = "workbook"
ATTENTION = ("rejected", "dead", "unknown", "retry")
"""States of messages that somebody may want to see to."""

STATES = (*ATTENTION, "pending", "sending", "dropped")
"""States that can be listed; of what was taken or replaced, the story of its key tells."""

REPLAYED = ("rejected", "dead")
DROPPED = ("pending", "retry", "unknown", "rejected", "dead")
UNSAID = ("pending", "retry", "unknown")
"""States in which a message to a customer can be dropped: what a gateway refused is an answer."""

ALL = 1_000_000


@dataclass(frozen=True)
class Chosen:
    """Which messages are meant: by number, or all of some states, a target, a store, a reason."""

    message_ids: tuple[int, ...] = ()
    target: str | None = None
    states: tuple[str, ...] = ()
    store_code: str | None = None
    reason: str | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether somebody chose at all: nobody decides about everything by a slip."""
        return bool(self.message_ids or (self.target and self.states))


def count_outbox(engine: Engine) -> list[dict[str, Any]]:
    """How many messages are not settled, by target and state."""
    with engine.connect() as connection:
        return rows(connection, "outbound/count_outbox")


def list_outbox(engine: Engine, chosen: Chosen, most: int) -> list[dict[str, Any]]:
    """The newest message of each key that is meant, the oldest first; `in_all` says how many."""
    with engine.connect() as connection:
        return _list(connection, chosen, most)


def list_conflicts(engine: Engine, target: str | None, most: int) -> list[dict[str, Any]]:
    """Fields that staff changed in a CRM and that we would say otherwise, and who won: the newest first;
    `in_all` says how many."""
    with engine.connect() as connection:
        return rows(
            connection, "outbound/list_conflicts", target=target, external_key=None, most=most
        )


def show_message(
    engine: Engine, keyring: Keyring, group: Group, policy: Policy, today: date, asked: str
) -> dict[str, Any]:
    """The story of a key, by the key itself or the number of a message.

    Gives its `messages`, the `decisions` about them, what each target `acknowledged`, the `conflicts`
    about fields that staff had changed, what would be `said` now, and what the target `refused`, or may have
    taken, as it was said then; both masked. Raises BadData where there is none.
    """
    number = int(asked) if asked.isdigit() else None
    with engine.connect() as connection:
        found = _messages(connection, asked, number)
        if number is not None and found:
            found = _messages(connection, found[0]["external_key"], None)
        if not found:
            raise BadData(
                f"there is no message {asked}; `aftercare outbox list` shows numbers and keys"
            )
        ids = [message["message_id"] for message in found]
        newest = found[-1]
        said = Said(
            newest["target"],
            keyring,
            policy,
            group.offers_pick_up,
            partial(close_by, policy, group),
            group.group.language,
            group.time_zone,
            today,
            has_complaints=True,
            has_scorecards=True,
            says_once=newest["target"] in group.targets.messages.names,
        )
        record = said.record(connection, newest) if newest["action"] == "upsert" else None
        return {
            "messages": found,
            "decisions": rows(connection, "outbound/list_decisions", message_ids=ids),
            "acknowledged": [
                {**row, "target": target}
                for target in dict.fromkeys(message["target"] for message in found)
                for row in run(
                    connection,
                    "outbound/read_ledger",
                    target=target,
                    external_keys=[newest["external_key"]],
                ).mappings()
            ],
            "conflicts": rows(
                connection,
                "outbound/list_conflicts",
                target=None,
                external_key=newest["external_key"],
                most=ALL,
            ),
            "said": masked_fields(record.fields) if record else {},
            "refused": newest["refused_fields"] or {},
        }


def decide(
    engine: Engine,
    group: Group,
    chosen: Chosen,
    action: Literal["replay", "drop"],
    reason: str,
    user: str,
    today: date,
) -> list[dict[str, Any]]:
    """Sends messages again with the next push, or never; who decided and why is kept.

    Only the newest message of a key is meant. Raises BadData, and changes nothing, where that is not
    possible for one of them; NotAllowed for who is no operator of their stores.
    """
    if not chosen.is_narrow:
        raise BadData("say which: numbers of messages, or a target and a state")
    if not reason.strip():
        raise BadData("say why, in a few words: it is kept beside the message")
    allowed = REPLAYED if action == "replay" else DROPPED
    with engine.begin() as connection:
        found = _list(connection, chosen, ALL)
        _require(found, chosen, group, action, allowed)
        require_role(connection, {row["store_code"] for row in found}, user, today, ROLES)
        done = set(
            run(
                connection,
                "outbound/decide_messages",
                message_ids=[row["message_id"] for row in found],
                from_states=list(allowed),
                to_state="pending" if action == "replay" else "dropped",
            ).scalars()
        )
        decided = [row for row in found if row["message_id"] in done]
        for row in decided:
            run(
                connection,
                "outbound/keep_decision",
                target=row["target"],
                message_id=row["message_id"],
                action=action,
                reason=reason,
                decided_by=user,
            )
        return decided


def let_through(engine: Engine, target: str, reason: str, user: str, today: date) -> None:
    """Keeps who let a push go on that looked wrong; NotAllowed for who is no operator of all stores."""
    if not reason.strip():
        raise BadData("say why it is right, in a few words: it is kept")
    with engine.begin() as connection:
        stores = {row.store_code for row in run(connection, "care/list_stores")}
        require_role(connection, stores, user, today, ROLES)
        run(
            connection,
            "outbound/keep_decision",
            target=target,
            message_id=None,
            action="let_through",
            reason=reason,
            decided_by=user,
        )


def _list(connection: Connection, chosen: Chosen, most: int) -> list[dict[str, Any]]:
    return rows(
        connection,
        "outbound/list_outbox",
        message_ids=list(chosen.message_ids),
        states=[] if chosen.message_ids else list(chosen.states or STATES),
        target=chosen.target,
        store_code=chosen.store_code,
        reason=chosen.reason,
        most=most,
    )


def _messages(connection: Connection, key: str, number: int | None) -> list[dict[str, Any]]:
    return rows(connection, "outbound/list_key_messages", external_key=key, message_id=number)


def _require(
    found: Sequence[Mapping[str, Any]],
    chosen: Chosen,
    group: Group,
    action: str,
    allowed: Collection[str],
) -> None:
    """Raises BadData where something is chosen that cannot be sent again or dropped."""
    missing = sorted(set(chosen.message_ids) - {row["message_id"] for row in found})
    if missing:
        raise BadData(
            f"no newest message of a key is number {', '.join(map(str, missing))}; `aftercare outbox "
            "list` shows the numbers"
        )
    for row in found:
        name, target = row["message_id"], row["target"]
        if target == WORKBOOK:
            raise BadData(
                f"message {name} is of the workbooks, which are written whole: each shows every open task"
            )
        if action == "replay" and target in group.targets.messages.names:
            raise BadData(
                f"message {name} goes to a customer by {target}; what may have been said is not said "
                "again, so contact the customer by hand"
            )
        possible = UNSAID if target in group.targets.messages.names else allowed
        if row["state"] not in possible:
            raise BadData(
                f"message {name} is {row['state']}; only {', '.join(possible)} can be "
                f"{'sent again' if action == 'replay' else 'dropped'}"
            )
