"""Commands about objections to a month's figures and proposals, and adjustments beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aftercare.cli.connect import in_language
from aftercare.cli.options import USER

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from aftercare.whose import Whose

LANGUAGE = click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")


@click.group()
def objections() -> None:
    """Objections of employees: raised by them or in their name, answered by HR within working days."""


@objections.command("raise")
@click.argument("month")
@click.argument("employee")
@click.argument("about")
@click.option("--words", required=True, help="What is objected; no names or phones of customers.")
@click.option("--scorecard", default="", help="Which, where the figure stands on several.")
@USER
@LANGUAGE
def raise_one(
    month: str,
    employee: str,
    about: str,
    words: str,
    scorecard: str,
    user: str,
    language: str | None,
) -> None:
    """Raise an objection of EMPLOYEE in MONTH to ABOUT: a figure's name or a sanction's id.

    It needs the role hr, or manager of the store; employees whose login has their number raise their own
    once the month is published. It is taken until the last day that the month's
    documents name. The same words again change nothing.
    """
    from aftercare import runs
    from aftercare.reports.scorecard_words import read_words

    say = read_words(in_language(language).group.language, "objections")
    done = runs.object_to(month, employee, about, words, user, scorecard)
    name = "done_raised" if done["raised"] else "done_same"
    click.echo(say(name, number=done["objection"]))


@objections.command("list")
@click.argument("month", required=False, default="")
@click.option("--open", "is_open", is_flag=True, help="Only those without an answer.")
@LANGUAGE
def list_all(month: str, is_open: bool, language: str | None) -> None:
    """List objections of MONTH, or of all months: whose, about what, until when, the answer, and whether
    the employee was told it by mail."""
    from aftercare import connections, runs
    from aftercare.reports.objections import objection_texts
    from aftercare.reports.scorecard_words import read_words
    from aftercare.reports.told import told_state
    from aftercare.rules.figure_titles import figure_titles
    from aftercare.stages.objections import list_objections
    from aftercare.stages.told import list_told

    group = in_language(language)
    say, titles = read_words(group.group.language, "objections"), figure_titles(runs.policy())
    rows = list_objections(connections.warehouse_engine(), month)
    told = list_told(connections.warehouse_engine())
    waiting = [row for row in rows if row["state"] == "open"]
    for row in waiting if is_open else rows:
        one = objection_texts(row, titles, say, runs.today(group))
        names = ("number", "employee_no", "name", "about", "raised", "due", "state")
        click.echo("\t".join((row["month"], *(one[name] for name in names))))
        click.echo(f"  {say('words')}: {row['words']}")
        if row["answer"]:
            click.echo(f"  {say('answer')}: {row['answer']}")
        for mail in told.get(row["objection_id"], ()):
            texts = (mail["told"], mail["state"], mail["reason"])
            click.echo(f"  {told_state(*texts, group.group.language)}")
    click.echo(say("list_count", all=len(rows), open=len(waiting)))


@objections.command("answer")
@click.argument("objection", type=int)
@click.argument("verdict", type=click.Choice(["uphold", "dismiss"]))
@click.option("--words", required=True, help="Why; the employee is told it.")
@USER
@LANGUAGE
def answer_one(objection: int, verdict: Any, words: str, user: str, language: str | None) -> None:
    """Answer OBJECTION, by its number; it needs the role hr.

    Nobody answers their own, what they raised, a proposal that they decided, or what they rated.
    """
    from aftercare import connections, runs
    from aftercare.reports.scorecard_words import read_words
    from aftercare.stages.ladder import settle_ladder
    from aftercare.stages.objections import answer_objection

    group = in_language(language)
    say = read_words(group.group.language, "objections")
    engine = connections.warehouse_engine()
    done = answer_objection(engine, objection, verdict, words, user, runs.today(group))
    settle_ladder(engine, group, runs.policy())
    name = "done_answered" if done["answered"] else "done_unchanged"
    click.echo(say(name, number=objection))


def adjustment_lines(engine: Engine, month: str, whose: Whose, kpi: str) -> list[str]:
    """What `aftercare evidence` says of adjustments of a figure, a store's once, with all rows."""
    from aftercare.reports.objections import adjustment_texts
    from aftercare.reports.scorecard_words import read_words
    from aftercare.rules.kpis import STORE
    from aftercare.stages.adjustments import list_adjustments

    say = read_words("en", "objections")
    told: dict[tuple[str, str], list[str]] = {}
    for row in list_adjustments(engine, month, most=None, whose=whose, kpi_id=kpi):
        one = adjustment_texts(row, {}, say)
        figure = row["store_code"] if row["credit"] == STORE else row["scorecard_id"]
        told.setdefault(
            (figure, str(row["adjustment_id"] if row["ending"] is None else row["ended_on"])),
            [
                f"{row['scorecard_id']} {kpi}: adjusted on {one['noticed']}: issued {one['issued']}, "
                f"would be {one['now']}: {one['reason']}",
                *(f"  {' '.join(behind)}" for behind in row["rows_behind"]),
            ],
        )
    return [text for texts in told.values() for text in texts]


COMMANDS = (objections,)
