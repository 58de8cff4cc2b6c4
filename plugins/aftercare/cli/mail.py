"""Commands about the mails of a report: what became of them, and sending again what was lost."""

from __future__ import annotations

import click


@click.group()
def mail() -> None:
    """Mails of a report, for example morning/2026-06-30 or scorecards/2026-06."""


@mail.command("list")
@click.argument("report")
def list_report(report: str) -> None:
    """Show recipients (masked), states and reasons of the mails of REPORT and its parts."""
    from aftercare import connections
    from aftercare.stages.mail import WAITING, list_mails

    rows = list_mails(connections.warehouse_engine(), report)
    for row in rows:
        shown = (
            row["state"],
            row["recipient_role"],
            row["recipient_masked"] or "–",
            row["reason"] or "",
            row["report_key"].removeprefix(report).lstrip("/"),
        )
        click.echo("\t".join(shown).rstrip())
    waiting = sum(row["state"] in WAITING for row in rows)
    click.echo(f"{len(rows)} mails" + (f", {waiting} of them wait" if waiting else ""))


@mail.command()
@click.argument("report")
def again(report: str) -> None:
    """Let the next delivery of REPORT send what was refused, or what nobody knows of."""
    from aftercare import connections
    from aftercare.stages.mail import send_again

    click.echo(f"{send_again(connections.warehouse_engine(), report)} mails will be sent again")


COMMANDS = (mail,)
