"""The command that shows which rules make tasks that should not have been."""

from __future__ import annotations

import json

import click

from aftercare.cli.connect import in_language


@click.command()
@click.argument("month")
@click.option("--store", help="Only this store.")
@click.option("--by-store", is_flag=True, help="Each store for itself.")
@click.option("--json", "is_json", is_flag=True, help="For programs.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def answers(
    month: str, store: str | None, by_store: bool, is_json: bool, language: str | None
) -> None:
    """Count, rule by rule, the finished tasks due in MONTH (2026-06) that nobody should have got.

    Staff answer so with: wrong person, already called, not our customer. The worst rule stands first.
    """
    from aftercare import runs
    from aftercare.reports.answers import answer_lines, of_all_stores, worst_first
    from aftercare.reports.scorecard_words import read_words
    from aftercare.rules.titles import rule_titles

    say = read_words(in_language(language).group.language, "answers")
    found = runs.count_answers(month, store)
    rows = worst_first(found) if store or by_store else of_all_stores(found)
    if is_json:
        click.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=2))
        return
    for line in answer_lines(rows, month, rule_titles(runs.policy()), say):
        click.echo(line)


COMMANDS = (answers,)
