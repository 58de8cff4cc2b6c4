"""Commands about employees' statements of a month: who got theirs, and one to print for who cannot."""

from __future__ import annotations

from pathlib import Path

import click

from aftercare.settings import Language


@click.group()
def statements() -> None:
    """Employees' own statements of a published month."""


@statements.command("list")
@click.argument("month")
@click.option("--missing", is_flag=True, help="Only people who did not get theirs.")
def list_month(month: str, missing: bool) -> None:
    """Show who got the statement of MONTH, and why somebody did not: no_address, address_shared …"""
    from aftercare import connections
    from aftercare.rules import period
    from aftercare.stages.month_mails import list_statements

    rows = list_statements(connections.warehouse_engine(), period.read_month(month))
    for row in rows:
        if missing and row["state"] == "sent":
            continue
        shown = (
            row["employee_no"],
            row["employee_name"],
            row["store_codes"],
            row["state"] or "none",
            row["reason"] or "",
            row["recipient_masked"] or "",
        )
        click.echo("\t".join(shown).rstrip())
    sent = sum(row["state"] == "sent" for row in rows)
    click.echo(f"{sent} of {len(rows)} statements sent")


@statements.command()
@click.argument("month")
@click.argument("employee")
@click.option("--html", type=click.Path(path_type=Path), help="Write the page here, to be printed.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def show(month: str, employee: str, html: Path | None, language: Language | None) -> None:
    """Show the statement of EMPLOYEE of MONTH, as the mail says it."""
    from aftercare import connections, runs
    from aftercare.reports.mail_layout import mail_html, mail_text
    from aftercare.reports.statement import statement_texts
    from aftercare.rules import period
    from aftercare.settings import read_group
    from aftercare.stages.month_mails import statement_of

    group = read_group()
    found = statement_of(
        connections.warehouse_engine(), group, runs.policy(), period.read_month(month), employee
    )
    texts = statement_texts(found, language or group.group.language)
    if html is None:
        click.echo(mail_text("statement", texts), nl=False)
        return
    html.write_text(mail_html("statement", texts), encoding="utf-8")
    click.echo(str(html))


COMMANDS = (statements,)
