"""A draft as the text of a mapping file, with what was seen beside each line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Protocol

from aftercare.sources import money
from aftercare.sources.draft import LAG_DAYS, Draft, FeedDraft, column_map
from aftercare.sources.draft_codes import allowed_codes
from aftercare.sources.joins import PeopleTable
from aftercare.sources.mapping import UNDECIDED
from aftercare.sources.needs import holds_blanks
from aftercare.sources.profile import ColumnLook

_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*(?:\.[A-Za-z_][\w]*)?")
_WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_MARGIN = 44


class Words(Protocol):
    """Texts for people by name, filled with values."""

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of that name."""
        ...


def draft_text(draft: Draft, say: Words) -> str:
    """The mapping file; places to decide are marked as `aftercare.sources.draft` says."""
    return "\n".join([*_head(draft, say), *_feeds(draft, say), *_codes(draft, say)]) + "\n"


def _head(draft: Draft, say: Words) -> Iterator[str]:
    yield f"# {say('draft_head', count=draft.to_decide)}"
    yield "# yaml-language-server: $schema=../../schemas/dealer_mapping.schema.json"
    yield f"system: {draft.system}"
    yield f"title: {{zh: {draft.system}, en: {draft.system}}}"
    yield f"kind: {draft.kind}"
    yield f"connection: {draft.conn_id}"
    yield f"time_zone: {draft.time_zone}"
    yield _line(f"lag_days: {LAG_DAYS}", say("draft_lag"))


def _feeds(draft: Draft, say: Words) -> Iterator[str]:
    yield ""
    yield "feeds:"
    if draft.names_stores is not None:
        yield from _stores(draft, draft.names_stores, say)
    elif draft.lacks_stores:
        yield f"  # {UNDECIDED} {say('draft_no_stores', tables=_store_tables(draft, say) or '—')}"
    for feed in draft.feeds:
        yield f"  {feed.guess.feed.name}:"
        yield from _source(feed, say)
        yield from _cursor(feed, say)
        yield "    columns:"
        left = ", ".join(column.name for column in feed.unused) or "—"
        for name in feed.missing_key:
            yield f"      # {UNDECIDED} {name}: … {say('draft_no_column', columns=left)}"
            yield from _choices(feed, name, say)
        for name, need in feed.lacking.items():
            without = say(f"without_{need.loss}", rule=need.rule_id)
            yield f"      # {UNDECIDED} {name}: … {say('draft_lacking', without=without, columns=left)}"
            if need.loss == "calls" and feed.people is not None:
                yield from _people(feed.guess.table.name, feed.people, say)
            yield from _choices(feed, name, say)
        for name in feed.guess.columns:
            mapped = column_map(feed, name, draft.dictionaries)
            written = ", ".join(f"{key}: {_scalar(value)}" for key, value in mapped.items())
            right = _scalar(mapped["column"]) if len(mapped) == 1 else f"{{{written}}}"
            yield _line(f"      {name}: {right}", _doubt(feed, name, say))
        if feed.unused:
            yield f"    # {say('draft_unused')}"
            for column in feed.unused:
                yield f"    #   {column.name} ({seen(column, say)})"


def _choices(feed: FeedDraft, name: str, say: Words) -> Iterator[str]:
    """Left-over columns that may be one of codes: what is in them, and the lines that take it."""
    dictionary = f"{feed.guess.feed.name}_{name}"
    for choice in feed.choices.get(name, ()):
        codes = ", ".join(
            f"{code.code}×{code.rows}"
            + (f" {code.said}" if code.said else "")
            + (f" = {code.value}" if code.value is not None else " = ?")
            for code in choice.codes
        )
        meanings = ", ".join(
            f"{json.dumps(code.code, ensure_ascii=False)}: {'…' if code.value is None else _scalar(code.value)}"
            for code in choice.codes
        )
        yield f"      #   {say('draft_choice', column=choice.column, codes=codes)}"
        yield f"      #     {name}: {{column: {_scalar(choice.column)}, codes: {dictionary}}}"
        yield f"      #     {say('draft_choice_codes', line=f'{dictionary}: {{{meanings}}}')}"


def _doubt(feed: FeedDraft, name: str, say: Words) -> str | None:
    """What somebody should look at beside a column: money always, for its unit is nowhere written."""
    guess = feed.guess.columns[name]
    unit = feed.unit_of(name)
    middle = None if unit is None else money.median(guess.source.filled_values, unit)
    if middle is not None:
        if money.is_beyond(feed.guess.feed.name, name, middle):
            return say("draft_no_money", median=f"{middle:,}")
        return say("draft_money", unit=say(f"unit_{unit}"), median=f"{middle:,}")
    return None if guess.is_sure and unit is None else say("draft_unsure")


def _source(feed: FeedDraft, say: Words) -> Iterator[str]:
    table = feed.guess.table
    rivals = feed.guess.rivals
    note = say("draft_rivals", tables=", ".join(rivals)) if rivals else None
    if table.layout is not None:
        layout = table.layout
        yield _line(f"    pattern: {json.dumps(layout.name, ensure_ascii=False)}", note)
        yield f"    format: {layout.form}"
        for key in ("encoding", "delimiter", "sheet"):
            if (value := getattr(layout, key)) is not None:
                yield f"    {key}: {json.dumps(value, ensure_ascii=False)}"
        if layout.header_row != 1:
            yield f"    header_row: {layout.header_row}"
        yield _line("    version: file_day", say("draft_version"))
        return
    yield _line(f"    table: {_scalar(table.name)}", note)


def _stores(draft: Draft, feed: FeedDraft, say: Words) -> Iterator[str]:
    """A feed over a table that names stores in passing: of each store one row is left."""
    code = _scalar(feed.guess.columns["store_code"].source.name)
    yield "  store:"
    yield f"    # {say('draft_stores')}"
    if others := _store_tables(draft, say):
        yield f"    # {say('draft_store_tables', tables=others)}"
    yield from _source(feed, say)
    yield "    columns:"
    yield f"      store_code: {code}"
    yield f"      name: {code}"
    yield _line(
        f"      brand: {{value: {UNDECIDED}}}",
        say("draft_brand", brands=", ".join(draft.brands) or "—"),
    )


def _store_tables(draft: Draft, say: Words) -> str:
    """Tables that may be that of the stores, and why."""
    return "; ".join(
        say(
            "draft_store_table",
            table=found.table,
            rows=found.rows,
            columns=", ".join(found.columns),
            column=found.column,
            shared=", ".join(found.shared),
        )
        for found in draft.stores
    )


def _people(table: str, people: PeopleTable, say: Words) -> Iterator[str]:
    """Where the people of a table may be, and a view that joins them."""
    yield f"      #   {say('draft_people', table=people.table, column=people.ours)}"
    view = say(
        "draft_view",
        view=f"v_{table.replace('.', '_')}",
        wanted="".join(f", p.{_scalar(column)}" for column in people.wanted),
        ours=f"{table} t",
        theirs=f"{people.table} p",
        on=f"p.{people.theirs} = t.{people.ours}",
    )
    yield f"      #   {view}"


def _cursor(feed: FeedDraft, say: Words) -> Iterator[str]:
    if feed.cursor:
        columns = ", ".join(_scalar(name) for name in feed.cursor)
        yield f"    cursor: {columns}" if len(feed.cursor) == 1 else f"    cursor: [{columns}]"
        if feed.cursor_format:
            yield f"    cursor_format: {json.dumps(feed.cursor_format)}"
    elif feed.lacks_cursor:
        others = ", ".join(
            found.column.name
            + (f' (cursor_format: "{found.written}")' if found.written else "")
            + ("" if found.is_sorted else f" ({say('draft_unsorted')})")
            for found in feed.candidates
        )
        yield f"    # {UNDECIDED} {say('draft_no_cursor', columns=others or '—')}"


def _codes(draft: Draft, say: Words) -> Iterator[str]:
    if not draft.dictionaries:
        return
    yield ""
    yield "codes:"
    for feed in draft.feeds:
        for name, drafts in feed.codes.items():
            column = feed.guess.feed.column(name)
            allowed = ", ".join(allowed_codes(column, draft.brands)) or "true, false"
            yield f"  {draft.dictionaries[feed.guess.feed.name, name]}:"
            rule = holds_blanks(feed.guess.feed.name, name)
            yield f"    # {say('draft_needed' if rule else 'draft_allowed', codes=allowed, rule=rule)}"
            for code in drafts:
                value = UNDECIDED if code.value is None else _scalar(code.value)
                note = say("draft_code", rows=code.rows) + (f" · {code.said}" if code.said else "")
                yield _line(f"    {json.dumps(code.code, ensure_ascii=False)}: {value}", note)


def seen(column: ColumnLook, say: Words) -> str:
    """A source column in words: type, share filled, different values; never one of its values."""
    filled = "—" if column.filled is None else f"{column.filled:.0%}"
    return say("seen", type=column.type_name, filled=filled, distinct=column.distinct)


def _line(text: str, note: str | None) -> str:
    return f"{text:<{_MARGIN}} # {note}" if note else text


def _scalar(value: str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    is_plain = _PLAIN.fullmatch(value) and value.casefold() not in _WORDS_OF_YAML
    return value if is_plain else json.dumps(value, ensure_ascii=False)
