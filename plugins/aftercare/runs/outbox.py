"""The outbox as operators see it, and their decisions about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from aftercare import connections, warehouse
from aftercare.errors import Retriable
from aftercare.rules import period
from aftercare.runs.delivery import push
from aftercare.runs.house import Counts, keyring, now, policy, step, target, today
from aftercare.settings import read_group

if TYPE_CHECKING:
    from aftercare.stages.outbox import Chosen


@step
def list_outbox(chosen: Chosen, most: int) -> tuple[list[Any], list[Any]]:
    """What is not settled by target and state, and the messages that are meant."""
    from aftercare.stages import outbox

    engine = connections.warehouse_engine()
    return outbox.count_outbox(engine), outbox.list_outbox(engine, chosen, most)


@step
def list_conflicts(name: str | None, most: int) -> list[Any]:
    """Fields that staff changed in a CRM and that we would say otherwise, and who won."""
    from aftercare.stages import outbox

    return list(outbox.list_conflicts(connections.warehouse_engine(), name, most))


@step
def show_message(asked: str) -> Counts:
    """The story of one key of the outbox."""
    from aftercare.stages import outbox

    group = read_group()
    engine = connections.warehouse_engine()
    return outbox.show_message(engine, keyring(), group, policy(), today(group), asked)


@step
def decide_messages(
    chosen: Chosen, action: Literal["replay", "drop"], reason: str, user: str
) -> list[Any]:
    """Sends messages again with the next push, or never."""
    from aftercare.stages import outbox

    group, engine = read_group(), connections.warehouse_engine()
    return outbox.decide(engine, group, chosen, action, reason, user, today(group))


@step
def let_through(name: str, reason: str, user: str) -> None:
    """Keeps who let a push go on that looked wrong."""
    from aftercare.stages import outbox

    group = read_group()
    outbox.let_through(connections.warehouse_engine(), name, reason, user, today(group))


def push_despite(key: str | None, name: str, reason: str, user: str) -> Counts:
    """A push that nothing stops, because somebody looked."""
    let_through(name, reason, user)
    return push(key, name, guarded=False)


@step
def rehearse_push(key: str | None, name: str, most: int) -> Counts:
    """What a push would send, as counts and samples; nothing is sent or kept.

    A push that begins meanwhile waits for it. Raises Retriable while a push is at work.
    """
    from aftercare.stages.push import push as push_target
    from aftercare.targets.rehearsed import Samples, rehearsed
    from aftercare.targets.sender import REHEARSALS

    group, day = read_group(), period.read_day(key)
    samples = Samples(most)
    real = target(group, name)
    with warehouse.rehearsal(connections.warehouse_engine()) as undone:
        wanted = {"rehearsals": REHEARSALS, "target": name}
        if not warehouse.run(undone.look(), "outbound/try_rehearsal", **wanted).scalar_one():
            raise Retriable(f"a push to {name} is at work; look again when it is over")
        counts = push_target(
            undone.engine,
            keyring(),
            group,
            rehearsed(real, samples),
            day,
            today(group),
            policy(),
            lambda: now(group),
            guarded=False,
        )
    return {"counts": counts, "would": dict(samples.counts), "samples": samples.shown}


def last_night() -> str:
    """Last night's business day, as the key of its Dags' runs."""
    return (today(read_group()) - timedelta(days=1)).isoformat()
