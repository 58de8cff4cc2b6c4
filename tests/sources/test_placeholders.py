"""What stands in braces is filled in; what has no value is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from aftercare.sources.placeholders import filled, names

VALUES = {"page": 3, "cursor": None, "day": date(2026, 6, 10), "key": "a b"}


def test_placeholders_are_found_wherever_they_stand() -> None:
    part = {"a": "{page}", "b": [{"c": "x{day:%Y}y{key}"}, 1, None], "d": "{{no}}"}
    assert list(names(part)) == ["page", "day", "key"]


@pytest.mark.parametrize(
    "text", ["{page!r}", "{}", "{0}", "{day.year}", "{key[0]}", "{", "}", "{page:{day}}"]
)
def test_other_braces_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        list(names(text))


def test_a_number_stays_a_number_and_text_is_formatted() -> None:
    part = {"page": "{page}", "text": "p{page}", "day": "{day:%d.%m.}", "all": "{day}", "n": 7}
    assert filled(part, VALUES) == {
        "page": 3,
        "text": "p3",
        "day": "10.06.",
        "all": "2026-06-10",
        "n": 7,
    }


def test_a_time_may_be_counted_since_1970() -> None:
    at = {"start": datetime(2026, 6, 9, 16, tzinfo=UTC), "page": 3}
    part = {"from": "{start:unix}", "ms": "{start:unix_ms}", "text": "{start:unix}-{page}"}
    assert filled(part, at) == {
        "from": 1781020800,
        "ms": 1781020800000,
        "text": "1781020800-3",
    }


def test_what_has_no_value_is_left_out() -> None:
    part = {"after": "{cursor}", "deep": {"after": "x{cursor}"}, "list": ["{cursor}", "{key}"]}
    assert filled(part, VALUES) == {"deep": {}, "list": ["a b"]}
    assert filled("{cursor}", VALUES) is None
