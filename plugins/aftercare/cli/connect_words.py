"""What `aftercare connect --probe` shows: tables, guesses and the quality of their data, in words.

Of values only codes and times of change are shown; everything else is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from aftercare.errors import AftercareError
from aftercare.protection import Keyring, new_keyring_json
from aftercare.quality.words import CHECKS, column_word
from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.settings import Group
from aftercare.sources.batches import Address, Window
from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.draft import LAG_DAYS, CursorDraft, Draft, FeedDraft
from aftercare.sources.draft_file import seen
from aftercare.sources.figures import ColumnFigures, FeedFigures, measure
from aftercare.sources.probe import Look, TableLook
from aftercare.words import FEEDS as FEED_WORDS
from aftercare.words import word

_MOST_CODES = 12


def report_lines(
    look: Look, draft: Draft, address: Address, group: Group, day: date, say: Words
) -> Iterator[str]:
    """Line by line: what is there, then each feed with its columns, codes and figures."""
    yield say("probe_head", conn=look.conn_id, dialect=look.dialect, count=len(look.tables))
    feeds = {feed.guess.table.name: feed.guess.feed.name for feed in draft.feeds}
    yield from table_lines(
        (say("probe_table"), say("probe_rows"), say("probe_feed")),
        [
            (
                table.name,
                _rows(table, say),
                _like(table, feeds, draft, say),
            )
            for table in look.tables
        ],
    )
    if look.left_out:
        yield say("probe_left_out", count=look.left_out)
    if not draft.feeds:
        yield say("probe_nothing")
    if draft.names_stores is not None:
        yield say("no_stores", table=draft.names_stores.guess.table.name)
    # Keys of the moment: what is sealed here is never kept.
    keyring = Keyring.from_json(new_keyring_json())
    system = draft.system_for_samples()
    window = Window(day, LAG_DAYS, group.time_zone)
    for feed in draft.feeds:
        yield ""
        yield from _feed(feed, say)
        yield from _quality(feed, system, address, keyring, window, say)


def _rows(table: TableLook, say: Words) -> str:
    if table.rows is None:
        return "—"
    return say("probe_more", rows=table.rows) if table.is_more else str(table.rows)


def _like(table: TableLook, feeds: Mapping[str, str], draft: Draft, say: Words) -> str:
    if table.name in feeds:
        return word(FEED_WORDS, feeds[table.name], say.language)
    if table.name in draft.elsewhere:
        like = word(FEED_WORDS, draft.elsewhere[table.name], say.language)
        return say("probe_elsewhere", feed=like)
    return _problem(table, say)


def _problem(table: TableLook, say: Words) -> str:
    return say("forbidden") if table.is_forbidden else table.problem or "—"


def _feed(feed: FeedDraft, say: Words) -> Iterator[str]:
    guess, table = feed.guess, feed.guess.table
    title = word(FEED_WORDS, guess.feed.name, say.language)
    yield say("feed_head", feed=f"{title} {guess.feed.name}", table=table.name)
    if table.key:
        yield "  " + say("key", columns=", ".join(table.key))
    unique = [column.name for column in table.columns if column.is_key or column.is_unique]
    if unique:
        yield "  " + say("unique", columns=", ".join(unique))
    if feed.cursor:
        chosen = ", ".join(_cursor(found, say) for found in _chosen(feed))
        yield "  " + say("cursor", columns=chosen)
    elif feed.lacks_cursor:
        yield "  " + say("no_cursor")
    others = [found for found in feed.candidates if found.column.name not in feed.cursor]
    if others:
        yield "  " + say("times", columns=", ".join(_cursor(found, say) for found in others))
    if feed.missing_key:
        columns = (f"{column_word(name, say.language)} {name}" for name in feed.missing_key)
        yield "  " + say("missing_key", columns=", ".join(columns))
    for name, need in feed.lacking.items():
        column = f"{column_word(name, say.language)} {name}"
        without = say(f"without_{need.loss}", rule=need.rule_id)
        yield "  " + say("missing_key", columns=f"{column} · {without}")


def _chosen(feed: FeedDraft) -> list[CursorDraft]:
    return [found for found in feed.candidates if found.column.name in feed.cursor]


def _cursor(found: CursorDraft, say: Words) -> str:
    indexed = {True: "indexed", False: "not_indexed", None: "index_unknown"}
    newest = "—" if found.newest is None else f"{found.newest:%Y-%m-%d %H:%M}"
    return say(
        "cursor_one",
        column=found.column.name,
        index=say(indexed[found.column.indexed]),
        newest=newest,
    )


def _quality(
    feed: FeedDraft,
    system: DealerSystem,
    address: Address,
    keyring: Keyring,
    window: Window,
    say: Words,
) -> Iterator[str]:
    figures = None
    try:
        figures = measure(system, feed.guess.feed.name, address, keyring, window)
    except AftercareError as problem:
        yield "  " + say("sample_none", why=problem)
    if figures is not None:
        sample = "sample_recent" if figures.is_recent else "sample_first"
        yield "  " + say(sample, rows=figures.rows)
        heads = tuple(
            say(f"column_{head}") for head in ("ours", "theirs", "filled", "valid", "notes")
        )
        yield from table_lines(heads, list(_columns(feed, figures, say)))
        if figures.duplicates is not None:
            totals = say("totals", duplicates=figures.duplicates, incomplete=figures.incomplete)
            yield f"  {totals}"
        newest = max((one.newest for one in _chosen(feed) if one.newest is not None), default=None)
        if not figures.rows and newest is not None and newest >= window.end:
            yield "  " + say("all_later", newest=f"{newest:%Y-%m-%d}", day=window.day)
    for name, drafts in feed.codes.items():
        listed = [
            say("code_open", code=code.code, rows=code.rows)
            if code.value is None
            else say("code_known", code=code.code, rows=code.rows, value=_value(code.value))
            for code in drafts[:_MOST_CODES]
        ]
        more = " …" if len(drafts) > _MOST_CODES else ""
        yield "  " + say("codes_of", column=name, codes=", ".join(listed) + more)
    if feed.unused:
        columns = (f"{column.name} ({seen(column, say)})" for column in feed.unused)
        yield "  " + say("unused", columns="; ".join(columns))


def _columns(feed: FeedDraft, figures: FeedFigures, say: Words) -> Iterator[tuple[str, ...]]:
    for found in figures.columns:
        guess = feed.guess.columns.get(found.column.name)
        if guess is None:
            continue
        title = column_word(found.column.name, say.language)
        yield (
            f"{title} {found.column.name}",
            guess.source.name,
            _share(found.filled, figures.rows),
            "" if found.valid is None else _share(found.valid, found.filled),
            ", ".join(
                [
                    *([] if guess.is_sure and not found.column.is_money else [say("note_unsure")]),
                    *_notes(found, found.column.name in feed.codes, say),
                ]
            ),
        )


def _notes(found: ColumnFigures, is_code: bool, say: Words) -> Iterator[str]:
    if found.unreadable:
        yield say("note_codes" if is_code else "note_unreadable", count=found.unreadable)
    if found.ahead:
        yield say("note_ahead", count=found.ahead)
    for check, count in sorted(found.checks.items(), key=lambda item: -item[1]):
        yield say("note_check", check=word(CHECKS, check, say.language), count=count)


def _value(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _share(part: int, whole: int) -> str:
    """A share in per cent; all and nothing are said only of all and nothing."""
    if not whole:
        return "—"
    percent = round(100 * part / whole)
    if part != whole:
        percent = min(percent, 99)
    return f"{max(percent, 1) if part else 0}%"
