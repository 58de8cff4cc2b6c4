"""`aftercare connect --try`: a system's day is pulled and validated, shown, and undone."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import click
from sqlalchemy import Connection, Engine

from aftercare import connections, runs, warehouse
from aftercare.errors import AftercareError
from aftercare.protection import Keyring, mask
from aftercare.quality.suites import read_suite
from aftercare.quality.words import column_word
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.settings import Group
from aftercare.sources import money
from aftercare.sources.batches import Address, Window
from aftercare.sources.canonical import TORN
from aftercare.sources.contacts import is_like_a_name
from aftercare.sources.dealer_system import DealerSystem, SqlFeedMap
from aftercare.sources.feeds import FEEDS
from aftercare.sources.moments import EPOCHS
from aftercare.sources.needs import NEEDS, ORDERS, STOPS, Need, not_mapped
from aftercare.sources.private import is_long, is_private
from aftercare.sources.probe import TableLook, newest_time
from aftercare.sources.profile import ColumnLook
from aftercare.stages.pull import pull
from aftercare.stages.validate import validate
from aftercare.words import FEEDS as FEED_WORDS
from aftercare.words import word

MOST_VALUES = 12
MOST_KEYS = 3
_NUMBERS = ("integer", "decimal", "date", "timestamp")
_WORDS = re.compile(r"[\u4e00-\u9fff]+")
_OF_NUMBERS = re.compile(
    r"[\x20-@\[-`{-~TZAPMkm年月日时点分秒上下午星期周一二三四五六七八九十百千万元公里米￥]*"
)
_TELLING: dict[tuple[str, ...], str] = {
    ("store_code",): "unknown_stores",
    ("brand",): "unknown_brands",
}
"""What a rule shows whose values are worth naming, and the words for it: codes of stores and brands."""


class Unreadable(NamedTuple):
    """A column with values that could not be read: how many rows and different values, and the most
    frequent ones; none of those where they look like people's, or are too many for codes
    (``is_crowd``).
    """

    column: str
    rows: int
    values: int
    examples: tuple[str, ...]
    is_crowd: bool = False


@dataclass(frozen=True)
class TrialFeed:
    """What a night would have made of a feed: its counts, or why there are none.

    ``unreadable``: columns with values that could not be read. ``keys``: of some rows that break a rule,
    what names them. ``unknown``: of rules about stores and brands, the values and their rows. ``lacking``: needed columns that are not mapped.
    ``medians``: the middle of each column of money, in yuan, and ``units`` what it is mapped in. ``newest``: the newest change, where all
    lie after the day and nothing was read. Of a feed that was not read there is nothing but ``problem``.
    """

    feed: str
    counts: dict[str, Any] = field(default_factory=dict)
    unreadable: Sequence[Unreadable] = ()
    problem: str | None = None
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lacking: Mapping[str, Need] = field(default_factory=dict)
    medians: Mapping[str, Decimal] = field(default_factory=dict)
    unknown: Mapping[str, Mapping[str | None, int]] = field(default_factory=dict)
    newest: datetime | None = None
    units: Mapping[str, money.Unit] = field(default_factory=dict)

    def is_useless(self, need: Need) -> bool:
        """Whether the rule that asks for a column marks every row."""
        flagged = self.counts["by_rule"].get(need.rule_id, 0)
        return 0 < self.counts["pulled"] == flagged


def try_day(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    system: DealerSystem,
    address: Address,
    day: date,
) -> list[TrialFeed]:
    """Pulls and validates each feed of a system for a day, reference feeds first; keeps nothing."""
    tried = []
    with warehouse.rehearsal(engine) as rehearsal:
        for feed in (feed for feed in FEEDS if feed in system.feeds):
            tried.append(_try_feed(rehearsal.engine, keyring, group, system, address, feed, day))
    return tried


def _try_feed(
    rehearsed: Engine,
    keyring: Keyring,
    group: Group,
    system: DealerSystem,
    address: Address,
    feed: str,
    day: date,
) -> TrialFeed:
    name, counts, problem = system.system, {}, None
    try:
        counts = pull(rehearsed, keyring, group, system, address, feed, day)
        counts |= validate(rehearsed, group, name, feed, day, recount=False)
    except AftercareError as found:
        problem = str(found)
    if not counts:
        # What stands in the warehouse of that day is of a night, and not of this trial.
        return TrialFeed(feed, problem=problem)
    load = {"system": name, "feed": feed, "day": day}
    naming = next((part for part in FEEDS[feed].key if part != "store_code"), "store_code")
    in_yuan = [column.name for column in FEEDS[feed].columns if column.is_money]
    with rehearsed.begin() as connection:
        unreadable = _unreadable(connection, load)
        unknown = _unknown(connection, load, counts.get("by_rule", {}))
        keys: dict[str, list[str]] = {}
        for row in warehouse.run(
            connection, "quality/list_flagged_keys", **load, key_column=naming, most=MOST_KEYS
        ):
            keys.setdefault(row.rule_id, []).append(row.business_key)
        medians = {
            row.column_name: Decimal(row.median)
            for row in warehouse.run(connection, "quality/list_medians", **load, columns=in_yuan)
        }
    return TrialFeed(
        feed,
        counts,
        unreadable,
        problem,
        _masked_keys(keys),
        not_mapped(system, feed),
        medians,
        unknown,
        None if counts["pulled"] else _newest(group, system, address, feed, day),
        {name: system.feeds[feed].columns[name].unit for name in medians},
    )


def _newest(
    group: Group, system: DealerSystem, address: Address, feed: str, day: date
) -> datetime | None:
    """The newest change of a table in which the day sees nothing, if it lies after the day."""
    mapped = system.feeds[feed]
    if not isinstance(mapped, SqlFeedMap):
        return None
    written = mapped.cursor_format if mapped.cursor_format in EPOCHS else None
    table = TableLook(mapped.table, ())
    times = (newest_time(address, system.zone, table, name, written) for name in mapped.cursor)
    end = Window(day, system.lag_days, group.time_zone).end
    return max((at for at in times if at is not None and at >= end), default=None)


def _unreadable(connection: Connection, load: Mapping[str, Any]) -> list[Unreadable]:
    found: dict[str, Unreadable] = {}
    for row in warehouse.run(connection, "quality/list_unreadable", **load, most=MOST_VALUES):
        known = found.get(row.column_name)
        examples = (*(known.examples if known else ()), row.raw_value)
        found[row.column_name] = Unreadable(
            row.column_name, int(row.column_rows), row.column_values, examples
        )
    return [_shown(load["feed"], one) for one in found.values()]


def _shown(feed: str, found: Unreadable) -> Unreadable:
    """With examples that are nobody's: a wrong column may be mapped, and then these are people's.

    Codes are few and short; of numbers and times nothing is shown that has other words.
    """
    if found.column == TORN:
        return found._replace(examples=found.examples[:MOST_KEYS])
    is_code = FEEDS[feed].column(found.column).kind not in _NUMBERS
    if is_code and found.values > MOST_VALUES:
        return found._replace(examples=(), is_crowd=True)
    texts = found.examples
    if not is_code:
        texts = tuple(text for text in texts if _OF_NUMBERS.fullmatch(text))
    if _is_somebodys(texts):
        return found._replace(examples=())
    shown = [text for text in texts if not (_is_like_names(text) or (is_code and is_long(text)))]
    return found._replace(examples=tuple(shown[:MOST_KEYS]))


def _is_somebodys(texts: Sequence[str]) -> bool:
    """Whether one of these is a phone, a plate or a VIN, or most are like names."""
    return any(map(is_private, texts)) or sum(map(_is_like_names, texts)) * 2 > len(texts)


def _is_like_names(text: str) -> bool:
    return any(map(is_like_a_name, _WORDS.findall(text)))


def _masked_keys(keys: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Keys of rows; all are masked where they are somebody's, for then a wrong column is the key."""
    known = [key for found in keys.values() for key in found]
    if not _is_somebodys(known):
        return keys
    return {rule_id: [mask(key) for key in found] for rule_id, found in keys.items()}


def _unknown(
    connection: Connection, load: Mapping[str, Any], by_rule: Mapping[str, int]
) -> dict[str, dict[str | None, int]]:
    found = {}
    for rule in read_suite(load["feed"]).rules:
        shows = rule.meta.shows
        if by_rule.get(rule.rule_id) and rule.severity == "critical" and shows in _TELLING:
            rows = warehouse.run(
                connection,
                "quality/list_flagged_values",
                **load,
                rule_id=rule.rule_id,
                column_name=shows[0],
                most=MOST_VALUES,
            ).all()
            given = [row.given for row in rows if row.given is not None]
            if not (ColumnLook("", "text", given).is_personal or any(map(is_private, given))):
                found[rule.rule_id] = {
                    row.given: row.found_rows for row in rows if not is_long(row.given or "")
                }
    return found


def show_trial(group: Group, name: str, day: date) -> None:
    """Prints a trial; ends with exit code 1 when a feed could not be read or judged."""
    say = read_words(group.group.language, "connect")
    system = runs.dealer_system(name)
    address = connections.connection(system.connection)
    engine, keyring = connections.warehouse_engine(), connections.keyring()
    tried = try_day(engine, keyring, group, system, address, day)
    click.echo(say("try_head", system=name, day=day))
    for line in trial_lines(tried, name, group, day, say):
        click.echo(line)
    if any(feed.problem for feed in tried):
        sys.exit(1)


def trial_lines(
    tried: Sequence[TrialFeed], name: str, group: Group, day: date, say: Words
) -> Iterator[str]:
    """Feed by feed what became of the rows, and at the end whether the system can go live."""
    for feed in tried:
        yield from _lines(feed, group, day, say)
    yield _verdict(tried, name, say)


def _verdict(tried: Sequence[TrialFeed], name: str, say: Words) -> str:
    """Whether the system can go live: every feed is read, tasks are made of it, somebody can be called."""
    failed = [word(FEED_WORDS, feed.feed, say.language) for feed in tried if feed.problem]
    if failed:
        return say("try_failed", feeds=", ".join(failed))
    if not any(feed.counts["good"] for feed in tried if feed.feed in ORDERS):
        return say("try_no_orders")
    missing = [
        f"{feed.feed}.{column}"
        for feed in tried
        for column, need in NEEDS[feed.feed].items()
        if need.loss in STOPS and (column in feed.lacking or feed.is_useless(need))
    ]
    if missing:
        return say("try_incomplete", columns=", ".join(missing))
    held = sum(feed.counts["quarantined"] for feed in tried)
    return say("try_ready_held" if held else "try_ready", system=name, rows=held)


def _unusual(tried: TrialFeed, column: str, middle: Decimal, say: Words) -> str:
    """A warning where a column of money is hardly in yuan; else nothing."""
    if money.is_usual(tried.feed, column, middle):
        return ""
    mapped = tried.units[column]
    unit = money.unit_for(tried.feed, column, middle, mapped)
    if unit is not None:
        return say("try_unit", unit=say(f"unit_{unit}"), name=unit)
    is_beyond = money.is_beyond(tried.feed, column, middle / money.IN_YUAN[mapped])
    return say("try_no_money" if is_beyond else "try_unusual")


def _lines(tried: TrialFeed, group: Group, day: date, say: Words) -> Iterator[str]:
    title = word(FEED_WORDS, tried.feed, say.language)
    if tried.problem is not None:
        yield say("try_problem", feed=title, problem=tried.problem)
    else:
        yield say("try_feed", feed=title, **tried.counts)
    if tried.newest is not None:
        yield "  " + say("all_later", newest=f"{tried.newest:%Y-%m-%d}", day=day)
    rules = {rule.rule_id: rule for rule in read_suite(tried.feed).rules}
    for rule_id, rows in tried.counts.get("by_rule", {}).items():
        message = getattr(rules[rule_id].meta.message, say.language)
        held = say("try_held") if rules[rule_id].severity == "critical" else ""
        known = tried.keys.get(rule_id, ())
        named = say("try_keys", keys=", ".join(known) + (" …" if len(known) < rows else ""))
        told = say(
            "try_rule_one" if rows == 1 else "try_rule", rule=rule_id, message=message, rows=rows
        )
        yield "  " + told + held + (named if known else "")
        if rule_id in tried.unknown:
            told = ", ".join(
                f"{say('try_blank') if given is None else given} ×{count}"
                for given, count in tried.unknown[rule_id].items()
            )
            yield "    " + say(f"try_{_TELLING[rules[rule_id].meta.shows]}", values=told)
        if rules[rule_id].meta.shows in _TELLING and rows == tried.counts["pulled"]:
            yield "    " + say("try_no_stores", brands=", ".join(group.packs) or "—")
    for column, need in tried.lacking.items():
        without = say(f"without_{need.loss}", rule=need.rule_id)
        word_of = column_word(column, say.language)
        yield "  " + say("try_lacking", column=word_of, name=column, without=without)
    for column, middle in tried.medians.items():
        told = say(
            "try_median",
            column=column_word(column, say.language),
            name=column,
            median=f"{middle.quantize(Decimal('0.01')):,}",
        )
        yield "  " + told + _unusual(tried, column, middle, say)
    for found in tried.unreadable:
        examples = "".join(f"“{value}” " for value in found.examples).strip()
        yield (
            "  "
            + say(
                "try_unreadable",
                column=column_word(found.column, say.language),
                values=found.values,
                rows=found.rows,
            )
            + (say("try_crowd") if found.is_crowd else "")
            + (say("try_examples", examples=examples) if examples else "")
        )
