"""Commands about campaigns: start one for stores or a region, see what came of it, stop it."""

from __future__ import annotations

from datetime import datetime

import click

from aftercare.cli.options import DAY, USER
from aftercare.rules.events import CAMPAIGNS


@click.group()
def campaign() -> None:
    """Messages that somebody decides about: special weather, invitations to activities."""


@campaign.command()
@click.argument("code")
@click.option(
    "--kind",
    type=click.Choice(CAMPAIGNS),
    required=True,
    help="Advice on driving, for safety; or an invitation, which needs consent.",
)
@click.option(
    "--subject",
    required=True,
    help="What the message says it is about, in a few words; no 'today', it may be read a day later.",
)
@click.option("--store", "stores", multiple=True, help="A store; can be given several times.")
@click.option("--region", help="All stores of a region instead.")
@click.option("--from", "starts_on", type=DAY, help="First day; default: tomorrow.")
@USER
def start(
    code: str,
    kind: str,
    subject: str,
    stores: tuple[str, ...],
    region: str | None,
    starts_on: datetime | None,
    user: str,
) -> None:
    """Start campaign CODE; the night before its first day makes the tasks.

    A code is used once: the same command again changes nothing.
    """
    from aftercare import runs
    from aftercare.rules.calendar import ONE_DAY
    from aftercare.settings import read_group
    from aftercare.stages.campaigns import Campaign

    first = starts_on.date() if starts_on else runs.today(read_group()) + ONE_DAY
    found = runs.start_campaign(Campaign(code, kind, subject, first, stores, region), user)
    click.echo(
        f"campaign {code}: {'started' if found['is_new'] else 'was started already'}, from "
        f"{found['starts_on']}, for {', '.join(found['store_codes'])}"
    )
    if found["left_out"]:
        click.echo(
            f"left out, as their policy has no such campaign: {', '.join(found['left_out'])}"
        )


@campaign.command()
@click.argument("code")
@USER
def stop(code: str, user: str) -> None:
    """Stop campaign CODE: the next night takes its open tasks back."""
    from aftercare import runs

    found = runs.stop_campaign(code, user)
    click.echo(
        f"campaign {code}: stopped by {found['stopped_by']}; its open tasks go with the next night"
    )


@campaign.command("list")
def list_all() -> None:
    """List all campaigns, the newest first, with who started them and what came of them."""
    from aftercare import runs

    rows = runs.list_campaigns()
    for row in rows:
        stopped = f"stopped by {row['stopped_by']}" if row["stopped_at"] else "–"
        click.echo(
            f"{row['campaign_code']}\t{row['kind']}\t{row['starts_on']}\t{','.join(row['store_codes'])}\t"
            f"{row['subject']}\t{row['started_by']} {row['started_at']:%Y-%m-%d %H:%M}\t{stopped}\t"
            f"{row['tasks']} tasks, {row['open_tasks']} open, {row['done_tasks']} done"
        )
    click.echo(f"{len(rows)} campaigns")


COMMANDS = (campaign,)
