"""Reading back from a CRM with a REST interface: what was done, and the numbers of contacts; once each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from aftercare.errors import ConfigurationError
from aftercare.sources.dealer_system import PageNumbers, RowOffsets
from aftercare.sources.nested import found
from aftercare.targets import protocol
from aftercare.targets.cursors import BEGINNING, closed, opened
from aftercare.targets.feedback import understand
from aftercare.targets.http_trouble import CallError
from aftercare.targets.record_keys import task_of
from aftercare.targets.rest_calls import RestCalls, text_of
from aftercare.targets.rest_changes import Changes, Done, Numbers, Results
from aftercare.targets.rest_fields import EPOCHS
from aftercare.targets.rest_pages import rows

MOST_READINGS = 5


def read(calls: RestCalls, asked: Results, cursor: str | None) -> protocol.Results:
    """What was done since the cursor."""
    rows_, after = _changed(calls, asked, cursor, asked.done)
    results = [_result(each.row, each.key, each.crm_id, each.at, asked) for each in rows_]
    return protocol.Results(results, after)


def read_numbers(calls: RestCalls, asked: Numbers, cursor: str | None) -> protocol.ToldNumbers:
    """The numbers of contacts that were written since the cursor, by us or by staff."""
    rows_, after = _changed(calls, asked, cursor, None)
    numbers = [
        protocol.ToldNumber(
            each.key, each.crm_id, each.at, text_of(found(asked.phone, each.row)) or ""
        )
        for each in rows_
    ]
    return protocol.ToldNumbers(numbers, after)


class _Changed(NamedTuple):
    """A record of ours that was changed at a moment."""

    key: str
    crm_id: str
    at: datetime
    row: object


def _changed(
    calls: RestCalls, asked: Changes, cursor: str | None, done: Done | None
) -> tuple[list[_Changed], str]:
    """What was changed since the cursor, and the next cursor.

    Each reading starts `overlap_seconds` before the newest change seen, because a row may be written
    later than its stamp says; the cursor keeps what was seen there. What was changed since is read
    again with its new `version_at`.
    """
    newest, seen = opened(cursor)
    since = max(newest - timedelta(seconds=asked.overlap_seconds), BEGINNING)
    stamps: dict[str, str] = {}
    new: dict[str, _Changed] = {}
    for row in _all(calls, asked, since):
        key, crm_id = found(asked.key, row), found(asked.id, row)
        if not isinstance(key, str) or not key:
            # Staff have records of their own.
            continue
        changed = moment(found(asked.changed_at, row), asked)
        if changed is None or crm_id is None:
            raise ConfigurationError(
                f"a record of ours has no moment at {asked.changed_at} that is written as time says, or "
                f"nothing at {asked.id}; see {type(asked).__name__.lower()} in the mapping"
            )
        if changed < since:
            continue
        # What is not done yet is not remembered: it may be done within the same second.
        if done and not is_done(row, done):
            continue
        stamps[str(crm_id)] = changed.isoformat()
        if seen.get(str(crm_id)) != stamps[str(crm_id)]:
            new[str(crm_id)] = _Changed(key, str(crm_id), changed, row)
    return list(new.values()), closed({**seen, **stamps}, newest, asked.overlap_seconds)


def _all(calls: RestCalls, asked: Changes, since: datetime) -> list[Any]:
    """Every row since a moment.

    Where pages are counted, a row that is changed between two of them moves to the end and pushes another
    one over the border of a page: then all is read again until a reading brings nothing new.
    """
    values = {"since": asked.said(since)}
    read = list(rows(calls, asked, values))
    if not isinstance(asked.paging, PageNumbers | RowOffsets):
        return read
    for _ in range(MOST_READINGS):
        known = {_stamped(row, asked) for row in read}
        new = [row for row in rows(calls, asked, values) if _stamped(row, asked) not in known]
        if not new:
            return read
        read += new
    raise CallError("retry", "the CRM's list changes faster than it can be read")


def _stamped(row: object, asked: Changes) -> tuple[str, str]:
    return str(found(asked.id, row)), str(found(asked.changed_at, row))


def is_done(row: object, done: Done) -> bool:
    """Whether a record of the CRM is finished."""
    return text_of(found(done.at, row)) in done.values


def moment(value: object, asked: Changes) -> datetime | None:
    """A moment as the CRM writes it, in UTC; None where it is none."""
    zone = ZoneInfo(asked.zone)
    try:
        if asked.time in EPOCHS:
            return datetime.fromtimestamp(float(str(value)) / EPOCHS[asked.time], UTC)
        read_as = (
            datetime.fromisoformat(str(value))
            if asked.time == "iso"
            else datetime.strptime(str(value), asked.time)  # noqa: DTZ007 - the zone comes next
        )
    except (ValueError, OverflowError):
        return None
    aware = read_as if read_as.tzinfo else read_as.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _result(
    row: object, key: str, crm_id: str, changed: datetime, asked: Results
) -> protocol.Result:
    def text(path: str | None) -> str | None:
        return text_of(found(path, row)) if path else None

    remark = text(asked.remark)
    said: dict[str, Any] = understand(remark, asked.words) if asked.words else {}
    outcome = text(asked.outcome)
    for ours, theirs in asked.outcomes.items():
        if outcome in theirs:
            said["outcome"] = ours
    figure = text(asked.satisfaction)
    if figure and figure.isdecimal():
        said["satisfaction"] = int(figure)
    for flag, path in asked.flags.items():
        if (shown := text(path)) is not None:
            said[flag] = shown.casefold() in asked.yes
    task_key, record_no = task_of(key)
    number = text(asked.attempt_no)
    called = moment(found(asked.called_at, row), asked) if asked.called_at else None
    return protocol.Result(
        task_key=task_key,
        crm_id=crm_id,
        attempt_no=int(number) if number and number.isdecimal() else record_no,
        called_at=called or changed,
        version_at=changed,
        caller_no=text(asked.caller_no),
        remark=remark,
        **said,
    )
