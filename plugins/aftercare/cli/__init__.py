"""The command ``aftercare``. Errors of ours end with one line and exit code 1, never a traceback."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import OperationalError

from aftercare.cli import (
    answers,
    backfill,
    calendar,
    campaign,
    cases,
    check,
    connect,
    inputs,
    keys,
    mail,
    month,
    night,
    objections,
    outbox,
    people,
    plan,
    sample,
    scripts,
    setup,
    staff,
    statements,
    watch,
    what_if,
    why,
    wishes,
)
from aftercare.connections import forget
from aftercare.errors import AftercareError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aftercare")
@click.pass_context
def cli(context: click.Context) -> None:
    """Customer care for car-dealer groups: nights, months, and what people decide in between."""
    context.call_on_close(forget)


for command in (
    *setup.COMMANDS,
    *keys.COMMANDS,
    *connect.COMMANDS,
    *inputs.COMMANDS,
    *check.COMMANDS,
    *calendar.COMMANDS,
    *night.COMMANDS,
    *outbox.COMMANDS,
    *plan.COMMANDS,
    *why.COMMANDS,
    *backfill.COMMANDS,
    *cases.COMMANDS,
    *people.COMMANDS,
    *campaign.COMMANDS,
    *scripts.COMMANDS,
    *staff.COMMANDS,
    *wishes.COMMANDS,
    *month.COMMANDS,
    *objections.COMMANDS,
    *what_if.COMMANDS,
    *answers.COMMANDS,
    *mail.COMMANDS,
    *statements.COMMANDS,
    *sample.COMMANDS,
    *watch.COMMANDS,
):
    cli.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    try:
        cli()
    except AftercareError as problem:
        click.echo(f"aftercare: {problem}", err=True)
        sys.exit(1)
    except OperationalError:
        # Its text may hold rows and addresses.
        click.echo(
            "aftercare: the warehouse does not answer or broke off; check the connection "
            "aftercare_warehouse, then run the command again",
            err=True,
        )
        sys.exit(1)
