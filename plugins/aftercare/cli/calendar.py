"""The command that shows a year of the Chinese calendar as this installation knows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime
from itertools import groupby

import click

from aftercare.cli.connect import in_language
from aftercare.cli.options import DAY
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.rules.festivals import Festivals, festival_days
from aftercare.words import FESTIVALS, word


@click.command()
@click.argument("year", type=click.IntRange(1, MAXYEAR))
@click.option("--day", type=DAY, help="As a run of this business day knows it; default: today.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def calendar(year: int, day: datetime | None, language: str | None) -> None:
    """Show YEAR: working days, holidays, make-up working days, festivals, and who says so."""
    from aftercare import runs

    group = in_language(language)
    festivals = Festivals.load(day.date() if day else runs.today(group))
    for line in lines(festivals, year, read_words(group.group.language, "calendar")):
        click.echo(line)


def lines(festivals: Festivals, number: int, say: Words) -> Iterator[str]:
    """The year in lines of text."""
    year = festivals.year(number)
    yield _status(festivals, number, say)
    days = [date.fromordinal(n) for n in _ordinals(number)]
    kinds = Counter(festivals.kind(day) for day in days)
    working = [day for day in days if festivals.is_working_day(day)]
    yield say(
        "working",
        count=len(working),
        off=len(days) - len(working),
        statutory=kinds["statutory"],
        make_up=kinds["make_up"],
    )
    by_month = Counter(day.month for day in working)
    yield "  " + " ".join(
        say("month", month=month, count=by_month[month]) for month in range(1, 13)
    )
    yield say("holidays")
    for holiday, off in groupby(year.off, key=year.off.__getitem__):
        first, *others = (_day(day, say) for day in off)
        form = "span" if others else "single"
        yield "  " + say(
            form,
            name=word(FESTIVALS, holiday, say.language),
            first=first,
            last=[first, *others][-1],
        )
    yield say("make_up")
    for worked in sorted(year.make_up):
        yield f"  {_day(worked, say)}"
    if not year.make_up:
        yield "  " + say("make_up_none" if year.is_official else "make_up_unknown")
    yield say("festivals")
    for name, kept in festival_days(number).items():
        mark = say("statutory") if kept in year.statutory else ""
        yield f"  {_day(kept, say)}  {word(FESTIVALS, name, say.language)}{mark}"


def _status(festivals: Festivals, number: int, say: Words) -> str:
    notice = festivals.year(number).notice
    if notice.source is None:
        return say("provisional", year=number)
    if notice.published_on is None:
        return say("packaged", year=number, source=notice.source)
    return say("official", year=number, source=notice.source, published=notice.published_on)


def _ordinals(number: int) -> range:
    return range(date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal() + 1)


def _day(day: date, say: Words) -> str:
    return f"{day} {say(f'weekday_{day.isoweekday()}')}"


COMMANDS = (calendar,)
