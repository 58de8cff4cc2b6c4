"""Commands about wishes: what a customer asks for is entered, listed and ended by people."""

from __future__ import annotations

from datetime import date, datetime

import click

from aftercare.cli.options import DAY, USER
from aftercare.rules.wishes import ABOUT, KINDS, SPEAKERS


@click.group()
def wishes() -> None:
    """What customers ask for: a pause, no more of something, another way, an own service day."""


@wishes.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--task", "task_key", help="The task about which they said it.")
@click.option("--vin", help="Or their vehicle, where they called by themselves.")
@click.option("--store", "store_code", help="With --vin: to whom; default: who saw it last.")
@click.option("--about", type=click.Choice(ABOUT), default="all", show_default=True)
@click.option(
    "--stopped",
    type=click.Choice(["call", "sms", "all"]),
    help="Of a stop: calls, messages, or both (the default).",
)
@click.option("--channel", type=click.Choice(["phone", "sms"]), help="How they want to hear.")
@click.option(
    "--slot", type=click.Choice(["morning", "afternoon", "evening"]), help="When they want to hear."
)
@click.option("--on", "service_on", type=DAY, help="The day of their service.")
@click.option("--from", "begins_on", type=DAY, help="First day; default: today.")
@click.option("--until", type=DAY, help="Last day; default: until it is ended.")
@click.option("--reason", required=True, help="Why, in the customer's words.")
@click.option(
    "--by",
    "said_by",
    type=click.Choice(SPEAKERS),
    required=True,
    help="Who said it; what a driver asks for holds for their number alone.",
)
@USER
def add(
    kind: str,
    task_key: str | None,
    vin: str | None,
    store_code: str | None,
    about: str,
    stopped: str | None,
    channel: str | None,
    slot: str | None,
    service_on: datetime | None,
    begins_on: datetime | None,
    until: datetime | None,
    reason: str,
    said_by: str,
    user: str,
) -> None:
    """Enter what a customer asks for: KIND. It holds from the next night's lists on.

    No number is typed: the task or the vehicle says whose wish it is. The same command again changes nothing.
    """
    from aftercare import runs
    from aftercare.settings import read_group
    from aftercare.stages.wishes import Wish

    wanted = Wish(
        kind=kind,
        reason=reason,
        said_by=said_by,
        begins_on=_day(begins_on) or runs.today(read_group()),
        task_key=task_key,
        vin=vin,
        store_code=store_code,
        about=about,
        until=_day(until),
        stopped=stopped or ("all" if kind == "stop" else None),
        channel=channel,
        slot=slot,
        service_on=_day(service_on),
    )
    found = runs.enter_wish(wanted, user)
    click.echo(
        f"wish {found['wish_no']}: {'entered' if found['is_new'] else 'was entered already'}; "
        f"{_said(found)}; the next night reads it"
    )


@wishes.command()
@click.argument("wish_no", type=int)
@USER
def end(wish_no: int, user: str) -> None:
    """End wish WISH_NO: it holds no longer from tomorrow on, and stays on the list with who ended it."""
    from aftercare import runs

    found = runs.end_wish(wish_no, user)
    click.echo(
        f"wish {wish_no}: {'ended' if found['is_new'] else 'was ended already'} by {found['ended_by']}, last "
        f"day {found['ended_on']}; the next night reads it"
    )


@wishes.command("list")
@click.option("--since", type=DAY, help="Wishes that hold on this day or later; default: today.")
@click.option("--all", "is_all", is_flag=True, help="Those that are over, too.")
@click.option("--task", "task_key", help="Only those said about this task.")
@click.option("--vin", help="Only those about this vehicle.")
@USER
def list_all(
    since: datetime | None, is_all: bool, task_key: str | None, vin: str | None, user: str
) -> None:
    """List wishes that were entered, the newest first: what, why, who said, entered and ended it."""
    from aftercare import runs
    from aftercare.settings import read_group

    day = None if is_all else _day(since) or runs.today(read_group())
    rows = runs.list_wishes(user, day, vin, task_key)
    for row in rows:
        ended = f"ended by {row['ended_by']} {row['ended_on']}" if row["ended_on"] else "–"
        click.echo(
            f"{row['wish_no']}\t{row['store_code']}\t{row['task_key'] or row['vin_masked']}\t{_said(row)}\t"
            f"{row['reason']}\t{row['said_by']}\t{row['entered_by']} {row['entered_at']:%Y-%m-%d %H:%M}\t"
            f"{ended}\t{'read ' + str(row['read_on']) if row['read_on'] else 'waits for a night'}"
        )
    click.echo(f"{len(rows)} wishes")


def _said(row: dict[str, object]) -> str:
    """What a wish asks for, in one line."""
    asked = {
        "pause": "no contact",
        "stop": f"stop {row['stopped_contact']}",
        "channel": " ".join(str(row[n]) for n in ("preferred_channel", "preferred_slot") if row[n]),
        "service_day": f"service on {row['service_on']}",
    }
    until = f" until {row['valid_until']}" if row["valid_until"] else ""
    return f"{row['kind']} ({asked[str(row['kind'])]}) about {row['about']} from {row['valid_from']}{until}"


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


COMMANDS = (wishes,)
