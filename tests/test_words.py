"""Words for people: one thing has one name everywhere, in both languages."""

import pytest

from aftercare.pages.words import COUNTS
from aftercare.pages.words import WORDS as PAGE
from aftercare.reports.morning_words import REASONS
from aftercare.sources.feeds import FEEDS as ALL_FEEDS
from aftercare.words import FEEDS, LOAD_COUNTS, LOAD_PARTS, LOAD_SUM, OUTCOMES, say, word


def test_every_feed_has_a_name() -> None:
    assert FEEDS.keys() == ALL_FEEDS.keys()


@pytest.mark.parametrize(("place", "equals"), [(0, "。"), (1, ".")])
def test_the_sum_of_a_load_names_its_parts_as_the_columns_do(place: int, equals: str) -> None:
    whole, *parts = (LOAD_COUNTS[name][place] for name in ("pulled", *LOAD_PARTS))
    assert LOAD_SUM[place].lower() == f"{whole} = {' + '.join(parts)}{equals}"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_is_called_in_the_mail_as_in_the_list_that_staff_fill_in(outcome: str) -> None:
    assert REASONS[outcome] == OUTCOMES[outcome]


def test_a_count_of_a_load_has_one_name_on_all_pages() -> None:
    assert all(PAGE[name] == COUNTS[name] == pair for name, pair in LOAD_COUNTS.items())


def test_a_key_without_words_stands_for_itself() -> None:
    assert word(FEEDS, "something_new", "zh") == "something_new"
    assert say(("{n} 行", "{n} rows"), "en", n=3) == "3 rows"
