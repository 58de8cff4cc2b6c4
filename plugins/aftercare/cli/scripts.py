"""Commands about scripts: which there are, what they say, and who approved them."""

from __future__ import annotations

import click

from aftercare.cli.connect import in_language
from aftercare.cli.night import show
from aftercare.cli.options import USER

LANGUAGE = click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
JSON = click.option("--json", "is_json", is_flag=True, help="For programs.")


@click.group()
def scripts() -> None:
    """What specialists say: which scripts there are, what they say, who approved them."""


@scripts.command("list")
@JSON
@LANGUAGE
def list_all(is_json: bool, language: str | None) -> None:
    """List every script: version, follow-ups that ask for it, who approved it, open tasks."""
    from aftercare import runs
    from aftercare.reports.scorecard_words import read_words
    from aftercare.reports.scripts import list_lines

    group = in_language(language)
    rows = runs.list_scripts()
    if is_json:
        show({"scripts": rows})
        return
    say = read_words(group.group.language, "scripts")
    for line in list_lines(rows, say, group.time_zone):
        click.echo(line)


@scripts.command("show")
@click.argument("script")
@LANGUAGE
def show_one(script: str, language: str | None) -> None:
    """Show all that SCRIPT may say, with examples for facts, and who approved which version."""
    from aftercare import runs
    from aftercare.reports.scorecard_words import read_words
    from aftercare.reports.scripts import show_lines

    group = in_language(language)
    approvals = runs.list_approvals(script)
    say = read_words(group.group.language, "scripts")
    for line in show_lines(script, approvals, runs.today(group), say, group.time_zone):
        click.echo(line)


@scripts.command("approve")
@click.argument("names", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All scripts as they are now.")
@click.option("--remark", help="Something to be kept beside it.")
@USER
@LANGUAGE
def approve(
    names: tuple[str, ...], is_all: bool, remark: str | None, user: str, language: str | None
) -> None:
    """Approve the scripts NAMES as they are now, in both languages; it needs a manager of all stores.

    Other words are another version, which nobody approved yet. The same command again changes nothing.
    """
    from aftercare import runs
    from aftercare.reports.scorecard_words import read_words
    from aftercare.reports.scripts import done_lines

    if bool(names) == is_all:
        raise click.UsageError("name the scripts, or give --all, and not both")
    say = read_words(in_language(language).group.language, "scripts")
    done = runs.approve_scripts(None if is_all else names, user, remark)
    for line in done_lines(done, say):
        click.echo(line)


COMMANDS = (scripts,)
