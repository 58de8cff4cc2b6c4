"""The command that shows what closed months would be by a draft of the policy."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from aftercare.cli.connect import in_language
from aftercare.cli.night import show
from aftercare.cli.options import DAY


@click.command()
@click.argument("month")
@click.option("--to", "last", help="Last month, for several months in a row.")
@click.option(
    "--policy",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A draft; default: include/policy.",
)
@click.option(
    "--as-of", type=DAY, help="By the lines in force on this day, as if they had been before."
)
@click.option("--store", help="Only people of this store; ranks stay those of everybody.")
@click.option("--list", "is_listed", is_flag=True, help="All lines, however many.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A workbook, for HR."
)
@click.option("--json", "is_json", is_flag=True, help="For programs, with all lines.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def whatif(
    month: str,
    last: str | None,
    folder: Path | None,
    as_of: datetime | None,
    store: str | None,
    is_listed: bool,
    output: Path | None,
    is_json: bool,
    language: str | None,
) -> None:
    """Show who would score what in the closed month MONTH (2026-06) by a draft; write nothing.

    Beside what stands, published or not. Without a draft: what came since the month was scored.
    """
    from aftercare import runs
    from aftercare.errors import BadData
    from aftercare.reports.scorecard_words import read_words
    from aftercare.reports.what_if import what_if_lines
    from aftercare.reports.what_if_workbook import what_if_workbook

    if output is not None and output.exists():
        raise BadData(f"{output} is there already; give another name")
    say = read_words(in_language(language).group.language, "whatif")
    cards = read_words(say.language)
    found = runs.what_if(month, last, folder, as_of.date() if as_of else None, store)
    if output is not None:
        try:
            output.write_bytes(what_if_workbook(found, say, cards))
        except OSError as problem:
            raise BadData(f"{output} cannot be written: {problem.strerror}") from None
    if is_json:
        show(found.as_json())
        return
    for line in what_if_lines(found, say, cards, is_listed):
        click.echo(line)
    if output is not None:
        click.echo(say("workbook", file=output))


COMMANDS = (whatif,)
