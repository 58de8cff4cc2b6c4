"""Commands about people: who may be one and the same, and what stewards decide about it."""

from __future__ import annotations

from typing import Any

import click

from aftercare.cli.options import USER

REASON = click.option("--reason", required=True, help="In your own words; no names, no numbers.")


@click.group()
def people() -> None:
    """Customers across the group: candidates, merges, and taking them back."""


@people.command()
@click.option("--store", help="Only those that this store knows.")
@click.option("--most", default=100, show_default=True, help="At most so many pairs.")
def candidates(store: str | None, most: int) -> None:
    """List customers that may be one and the same, with the reasons, masked."""
    from aftercare import connections
    from aftercare.stages.people import REASONS, list_candidates

    pairs = list_candidates(connections.warehouse_engine(), connections.keyring(), store, most)
    for pair in pairs:
        why = "; ".join(REASONS[reason] for reason in pair["reasons"])
        click.echo(f"{pair['kept_id']}\t{pair['kept']}\t{pair['other_id']}\t{pair['other']}\t{why}")
    click.echo(f"{len(pairs)} of {pairs[0]['found'] if pairs else 0} pairs")


@people.command("show")
@click.argument("customer")
def show_customer(customer: str) -> None:
    """Show one CUSTOMER with vehicles, masked contacts and decisions.

    CUSTOMER is an id, or a document and its role, such as CA01.RO123.deliverer.
    """
    from aftercare import connections
    from aftercare.cli.night import show
    from aftercare.stages.people import describe_customer

    show(describe_customer(connections.warehouse_engine(), connections.keyring(), customer))


@people.command()
def decisions() -> None:
    """List all merges, separations and undos, with who, when and why."""
    from aftercare import connections
    from aftercare.stages.people import list_decisions

    for row in list_decisions(connections.warehouse_engine()):
        about = (
            f"of {row['undone_id']}"
            if row["undone_id"]
            else f"{row['kept_key']} {row['other_key']}"
        )
        click.echo(
            f"{row['decision_id']}\t{row['state']}\t{row['action']} {about}\t{row['decided_by']}\t"
            f"{row['decided_at']:%Y-%m-%d %H:%M}\t{row['reason']}"
        )


@people.command()
@click.argument("kept")
@click.argument("other")
@REASON
@USER
def merge(kept: str, other: str, reason: str, user: str) -> None:
    """KEPT and OTHER are one: OTHER leads to KEPT from now on."""
    _decide("merge", kept, other, reason, user)


@people.command()
@click.argument("one")
@click.argument("other")
@REASON
@USER
def apart(one: str, other: str, reason: str, user: str) -> None:
    """ONE and OTHER are two: they are no candidates any more."""
    _decide("apart", one, other, reason, user)


def _decide(action: Any, kept: str, other: str, reason: str, user: str) -> None:
    from aftercare import connections, runs
    from aftercare.settings import read_group
    from aftercare.stages.people import decide

    today = runs.today(read_group())
    decision_id = decide(connections.warehouse_engine(), action, kept, other, reason, user, today)
    click.echo(f"decision {decision_id}: {action} {kept} {other}; tasks follow with the next night")


@people.command()
@click.argument("decision_id", type=int)
@REASON
@USER
def undo(decision_id: int, reason: str, user: str) -> None:
    """Take back decision DECISION_ID: people are what they would be without it."""
    from aftercare import connections, runs
    from aftercare.settings import read_group
    from aftercare.stages.people import undo as undo_decision

    today = runs.today(read_group())
    number = undo_decision(connections.warehouse_engine(), decision_id, reason, user, today)
    click.echo(f"decision {number}: undo of {decision_id}; tasks follow with the next night")


@people.command()
@click.option("--all", "everybody", is_flag=True, help="All people, not only those who wait.")
def refresh(everybody: bool) -> None:
    """Work out at once who people are, as each night does."""
    from aftercare import runs
    from aftercare.cli.night import show

    show(runs.know_people(everybody))


COMMANDS = (people,)
