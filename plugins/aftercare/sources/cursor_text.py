"""Times of change that are kept as text or counted since 1970: a window of days finds them only where
they sort like times.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from aftercare.sources import values
from aftercare.sources.moments import EPOCHS, epoch_of
from aftercare.sources.values import text_of

USUAL = "%Y-%m-%d %H:%M:%S"
"""How a mapping expects such texts, where its ``cursor_format`` says nothing else."""

_FORMATS = (
    USUAL,
    f"{USUAL}.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
)


def format_of(raw: Sequence[object], zone: tzinfo = UTC) -> str | None:
    """The format in which every value is written; else one by which every text sorts.

    None where there is none, or no value.
    """
    if (counted := epoch_of(raw)) is not None:
        return counted
    texts = [text_of(value) or "" for value in raw]
    if not texts:
        return None
    exact = (form for form in _FORMATS if all(_is_written(text, form) for text in texts))
    sorting = (form for form in _FORMATS if all(sorts(text, form, zone) for text in texts))
    return next(exact, None) or next(sorting, None)


def sorts(raw: object, form: str, zone: tzinfo) -> bool:
    """Whether a text stands between the midnights of its day, as the format writes those; or a number is
    one that the format counts.
    """
    if form in EPOCHS:
        return epoch_of([raw]) == form
    if not isinstance(raw, str):
        return False
    written = form if _is_written(raw, form) else None
    (day,) = values.dates([raw], zone, written).values
    if day is None:
        return False
    start = datetime.combine(day, time())
    return start.strftime(form) <= raw < (start + timedelta(days=1)).strftime(form)


def _is_written(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).strftime(form) == text  # noqa: DTZ007
    except ValueError:
        return False
