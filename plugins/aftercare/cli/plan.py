"""The command that shows what nights would do, and how two policies differ in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from aftercare.cli.connect import in_language
from aftercare.cli.night import show
from aftercare.cli.options import DAY

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--day", type=DAY, required=True, help="Business day whose night is rehearsed.")
@click.option("--to", "last", type=DAY, help="Last business day, for several nights in a row.")
@click.option("--store", help="Only this store.")
@click.option("--policy", "folder", type=FOLDER, help="A draft; default: include/policy.")
@click.option("--against", type=FOLDER, help="Another policy: show only where the two differ.")
@click.option(
    "--list", "is_listed", is_flag=True, help="The tasks, too; with --against all that differ."
)
@click.option("--json", "is_json", is_flag=True, help="For programs, with all tasks.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def plan(
    day: datetime,
    last: datetime | None,
    store: str | None,
    folder: Path | None,
    against: Path | None,
    is_listed: bool,
    is_json: bool,
    language: str | None,
) -> None:
    """Show what a night would make, hold, postpone, miss, withdraw and move, and why; write nothing.

    Days may lie behind or ahead, with what is known of orders today. A draft may say in its assignments.yaml
    which brands or stores would follow which pack.
    """
    from aftercare import runs
    from aftercare.reports.plan import comparison_lines, plan_lines
    from aftercare.reports.scorecard_words import read_words
    from aftercare.rules.policy import Policy
    from aftercare.rules.titles import rule_titles

    say = read_words(in_language(language).group.language, "plan")
    titles = rule_titles(Policy.load(folder) if folder else runs.policy())
    nights = (day.date(), (last or day).date())
    if against is not None:
        found = runs.compare_nights(*nights, against, store, folder)
        if is_json:
            show(found.as_json())
            return
        lines = comparison_lines(found, titles, say, is_listed)
    else:
        planned = runs.plan_nights(*nights, store, folder)
        if is_json:
            show(planned.as_json())
            return
        lines = plan_lines(planned, titles, say, is_listed)
    for line in lines:
        click.echo(line)


COMMANDS = (plan,)
