"""The command that writes the workbook in which people fill in plans, ratings and ranks."""

from __future__ import annotations

from pathlib import Path

import click

from aftercare.cli.connect import in_language
from aftercare.errors import ConfigurationError
from aftercare.reports.scorecard_words import read_words
from aftercare.settings import PROJECT


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--system", help="Headings and codes of this system's mapping; default: our own.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def inputs(path: Path, system: str | None, language: str | None) -> None:
    """Write PATH: an empty workbook for targets, ratings, ranks, external scores and nominations."""
    from aftercare.reports.input_workbook import input_workbook
    from aftercare.sources.mapping import read_dealer_system

    say = read_words(in_language(language).group.language, "inputs")
    mapping = PROJECT / "include" / "mappings" / "dealer" / f"{system}.yaml"
    content, sheets = input_workbook(say, read_dealer_system(mapping) if system else None)
    if not sheets:
        raise ConfigurationError(
            "maps none of targets, ratings, regional ranks, external scores and nominations as sheets "
            "of XLSX; "
            "map them first, or leave --system out for our own headings",
            file=str(mapping),
            key="feeds",
        )
    path.write_bytes(content)
    click.echo(say("written", path=path, sheets=say("comma").join(sheets)))


COMMANDS = (inputs,)
