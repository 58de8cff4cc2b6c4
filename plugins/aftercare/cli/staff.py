"""Commands about the staff: who is away, who does their work, who is back."""

from __future__ import annotations

from datetime import datetime

import click

from aftercare.cli.options import DAY, USER


@click.group()
def staff() -> None:
    """Who is away, and who does their work."""


@staff.command()
@click.argument("employee")
@click.option(
    "--from", "first_on", type=DAY, required=True, help="First day away, tomorrow at the earliest."
)
@click.option("--until", "last_on", type=DAY, required=True, help="Last day away.")
@click.option("--deputy", help="Number of a colleague of the same store who is asked first.")
@click.option(
    "--reason",
    type=click.Choice(["leave", "training", "day_off", "other"]),
    required=True,
    help="Its kind; the cause is nobody's business here.",
)
@USER
def away(
    employee: str,
    first_on: datetime,
    last_on: datetime,
    deputy: str | None,
    reason: str,
    user: str,
) -> None:
    """EMPLOYEE, a number, is away: lists of those days go to colleagues.

    To the deputy, else to others with the role in the store, else to the role that covers it. The same
    command again changes nothing.
    """
    from aftercare import runs
    from aftercare.stages.staff import Absence

    wanted = Absence(employee, first_on.date(), last_on.date(), reason, deputy)
    found = runs.enter_absence(wanted, user)
    click.echo(
        f"{found['employee_no']} {found['name']}: "
        f"{'away' if found['is_new'] else 'was entered already as away'} from {found['first_on']} to "
        f"{found['last_on']}, {_deputy(found)}; the night before the first day gives the work away"
    )


@staff.command()
@click.argument("employee")
@click.option("--from", "works_from", type=DAY, help="First day at work; default: tomorrow.")
@USER
def back(employee: str, works_from: datetime | None, user: str) -> None:
    """EMPLOYEE is back early, or does not go: the absence of that day, or else the next, is ended."""
    from aftercare import runs
    from aftercare.rules.calendar import ONE_DAY
    from aftercare.settings import read_group

    day = works_from.date() if works_from else runs.today(read_group()) + ONE_DAY
    row = runs.end_absence(employee, day, user)
    click.echo(
        f"{row['employee_no']} {row['name']}: works again from {day} on"
        if row["first_on"] < day
        else f"{row['employee_no']} {row['name']}: does not go on {row['first_on']}"
    )


@staff.command("list")
@click.option("--since", type=DAY, help="Absences that end on this day or later; default: today.")
def list_all(since: datetime | None) -> None:
    """List who is away, from when to when, and who does their work."""
    from aftercare import runs
    from aftercare.settings import read_group

    day = since.date() if since else runs.today(read_group())
    rows = runs.list_absences(day)
    for row in rows:
        click.echo(
            f"{row['employee_no']}\t{row['name']}\t{','.join(row['store_codes'])}\t{row['first_on']}\t"
            f"{row['last_on']}\t{_deputy(row)}\t{row['reason']}\t{row['entered_by']}"
        )
    click.echo(f"{len(rows)} absences")


def _deputy(row: dict[str, object]) -> str:
    return (
        f"deputy {row['deputy_no']} {row['deputy_name']}" if row["deputy_no"] else "no deputy named"
    )


COMMANDS = (staff,)
