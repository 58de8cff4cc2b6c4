"""The command that says whether an installation is ready for its next night."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

import click
from sqlalchemy.exc import SQLAlchemyError

from aftercare.cli.connect import in_language
from aftercare.errors import AftercareError
from aftercare.reports.scorecard_words import Words, read_words


@click.command()
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def check(language: str | None) -> None:
    """See whether configuration, connections, policies and rights are in order; changes nothing.

    One line for each thing that is looked at: ok, warn or fail, and what to do. Ends with 1 when
    something fails.
    """
    counted: Counter[str] = Counter()
    try:
        group = in_language(language)
    except AftercareError as problem:
        say = read_words("en" if language == "en" else "zh", "check")
        click.echo(_line(say, "fail", say("settings"), str(problem)))
        sys.exit(1)
    from aftercare.cli import check_parts

    say = read_words(group.group.language, "check")
    for place, part in check_parts.parts(group, say):
        for level, text in _findings(part, say):
            counted[level] += 1
            click.echo(_line(say, level, place, text))
    click.echo(say("total", **{level: counted[level] for level in ("ok", "warn", "fail")}))
    if counted["fail"]:
        sys.exit(1)


def _findings(part: Iterator[tuple[str, str]], say: Words) -> Iterator[tuple[str, str]]:
    """What a part finds; one that breaks off is a finding and does not hide the others."""
    try:
        yield from part
    except AftercareError as problem:
        yield "fail", str(problem)
    except (SQLAlchemyError, OSError) as problem:
        # Their words may hold rows, users and addresses.
        yield "fail", say("unreachable", kind=type(problem).__name__)
    except Exception as problem:
        yield "fail", say("unexpected", kind=type(problem).__name__)


def _line(say: Words, level: str, place: str, text: str) -> str:
    return f"{say(level)}  {place}{'：' if say.language == 'zh' else ': '}{text}"


COMMANDS = (check,)
