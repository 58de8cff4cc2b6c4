"""Commands about a month: score it, decide its proposals, publish it, see the rows behind a figure."""

from __future__ import annotations

import getpass
from typing import Any

import click

from aftercare.cli.evidence import evidence_lines, given_lines, require_hr
from aftercare.cli.night import show
from aftercare.cli.objections import LANGUAGE
from aftercare.cli.options import USER
from aftercare.cli.uncredited import NOBODY, nobody_lines


@click.command()
@click.argument("month")
def score(month: str) -> None:
    """Score the closed month MONTH (2026-06) and make its proposals, here and now."""
    from aftercare import runs

    show(runs.score(month))


@click.group()
def proposals() -> None:
    """Proposals of sanctions and rewards: each is decided by a person."""


@proposals.command("list")
@click.argument("month")
@click.option("--user", help="Who decides, of HR: show also why people were nominated.")
def list_month(month: str, user: str | None) -> None:
    """Show the proposals of MONTH with their kind, reasons and decisions."""
    from aftercare import connections
    from aftercare.reports.overturned import overturned_hints
    from aftercare.reports.scorecard_words import read_words
    from aftercare.rules import period
    from aftercare.rules.rewards import sanction_beside
    from aftercare.stages.ladder import list_withdrawn
    from aftercare.stages.proposals import list_proposals

    engine, say = connections.warehouse_engine(), read_words("en", "objections")
    rows = list_proposals(engine, period.read_month(month))
    given = given_lines(engine, _nominations(engine, rows, user) if user is not None else [])
    for row in rows:
        decision = row.get("decision") or "open"
        # Sanctions stand on earlier ones in the same way; only a reward is told apart by it.
        sanction = sanction_beside(row) if row["kind"] == "reward" else ""
        beside = f"\nA sanction is proposed, too: {sanction}" if sanction else ""
        click.echo(f"{row['proposal_id']}\t{row['kind']}\t{decision}\t{row['reason']}{beside}")
        for hint in overturned_hints(row, say):
            click.echo(f"  {hint}")
        for kind, key in row["rows_behind"]:
            if (kind, key) in given:
                click.echo(f"  {given[kind, key]}")
    for row in list_withdrawn(engine, month):
        click.echo(f"{row['proposal_id']}\tsanction\twithdrawn\t{row['words']}")
    click.echo(f"{len(rows)} proposals")


@proposals.command("record")
@click.argument("month")
def record(month: str) -> None:
    """Show the approved rewards up to MONTH that count for careers: promotion, training, projects."""
    from aftercare import connections, runs
    from aftercare.stages.rewards import approved_rewards

    rows = approved_rewards(connections.warehouse_engine(), runs.policy(), month)
    for row in rows:
        who = row["employee_no"] or row["store_code"]
        click.echo(f"{who}\t{row['employee_name']}\t{row['month']}\t{row['step']}")
    click.echo(f"{len(rows)} approved rewards")


@proposals.command("corrections")
@click.argument("month")
def list_corrections(month: str) -> None:
    """Show what had to be put right after MONTH, and what MONTH says of it."""
    from aftercare import connections, runs
    from aftercare.stages.corrections import corrections

    rows = corrections(connections.warehouse_engine(), runs.policy(), month)
    for row in rows:
        again = f"\t{row['again']}" if row["again"] else ""
        known = f"{row['proposal_id']}\t{row['employee_name']}\t{row['correct_by']}"
        click.echo(f"{known}\t{row['result']}{again}")
    click.echo(f"{len(rows)} to be put right")


def _decision(name: Any, help_text: str) -> None:
    @proposals.command(name, help=help_text)
    @click.argument("proposal_ids", nargs=-1, required=True)
    @click.option("--comment", default="", help="Why; required to reject.")
    @USER
    def command(proposal_ids: tuple[str, ...], comment: str, user: str) -> None:
        from aftercare import connections, runs
        from aftercare.settings import read_group
        from aftercare.stages.ladder import settle_ladder
        from aftercare.stages.proposals import decide

        engine, group = connections.warehouse_engine(), read_group()
        policy, today = runs.policy(), runs.today(group)
        counts = decide(engine, group, policy, proposal_ids, name, comment, user, today)
        show(counts | settle_ladder(engine, group, policy))


_decision("approve", "Approve proposals by their ids.")
_decision("reject", "Reject proposals by their ids, with a comment.")


@click.command()
@click.argument("month")
@click.option("--user", default=getpass.getuser, help="Who approves the publication.")
def publish(month: str, user: str) -> None:
    """Send MONTH to HR, managers and employees; refused while a proposal is undecided."""
    from aftercare import runs

    show(runs.publish(month, user))


@click.command()
@click.argument("month")
@click.argument("whom")
@click.argument("kpi")
@click.option("--user", help="Who looks, of HR: show also who rated and why.")
@LANGUAGE
def evidence(month: str, whom: str, kpi: str, user: str | None, language: str | None) -> None:
    """Show the rows behind a figure: MONTH 2026-06, WHOM an employee's number, a store's code or `all`, KPI id.

    Of a store, the sum of each post comes first, as its mail has it. A total names the figures that
    it stands on, and the command for the rows of each. With `nobody` for WHOM: the rows that are
    credited to nobody, counted now, with the reason; KPI may then be `all`. `--language` is for these.
    """
    if whom == NOBODY:
        for text in nobody_lines(month, kpi, language):
            click.echo(text)
        return
    from aftercare import connections
    from aftercare.rules import period

    engine = connections.warehouse_engine()
    for text in evidence_lines(engine, period.read_month(month), whom, kpi, user):
        click.echo(text)


def _nominations(engine: Any, rows: list[dict[str, Any]], user: str) -> list[tuple[str, str]]:
    """Nominations behind proposals; NotAllowed for a user who is not their stores' HR."""
    behind = [
        (row["store_code"], kind, key)
        for row in rows
        for kind, key in row["rows_behind"]
        if kind == "nomination"
    ]
    require_hr(engine, {store for store, _, _ in behind}, user)
    return [(kind, key) for _, kind, key in behind]


COMMANDS = (score, proposals, publish, evidence)
