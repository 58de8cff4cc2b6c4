"""The command that tells the whole story of one task."""

from __future__ import annotations

import click

from aftercare.cli.connect import in_language
from aftercare.cli.night import show


@click.command()
@click.argument("task_key")
@click.option("--json", "is_json", is_flag=True, help="For programs.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def why(task_key: str, is_json: bool, language: str | None) -> None:
    """Tell why TASK_KEY (CA01.S4-03.SO1) is what it is: rows, policy, dates, owner, calls, messages.

    Names and numbers of customers are not shown.
    """
    from aftercare import runs
    from aftercare.reports.scorecard_words import read_words
    from aftercare.reports.why import story_lines

    group = in_language(language)
    story = runs.explain_task(task_key)
    if is_json:
        show(story.as_json())
        return
    for line in story_lines(story, read_words(group.group.language, "why"), group.time_zone):
        click.echo(line)


COMMANDS = (why,)
