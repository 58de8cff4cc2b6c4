"""Words for people: one thing has one name everywhere, in both languages."""

from datetime import date
from typing import get_args

import pytest

from aftercare.pages.words import COUNTS
from aftercare.pages.words import WORDS as PAGE
from aftercare.reports.morning_words import REASONS
from aftercare.settings import PROJECT
from aftercare.sources.codes import code_key
from aftercare.sources.feeds import FEEDS as ALL_FEEDS
from aftercare.sources.mapping import read_dealer_system
from aftercare.targets.feedback import understand
from aftercare.targets.odoo_mapping import OdooMapping
from aftercare.targets.protocol import WishCode
from aftercare.targets.wishes import COLUMNS as WISH_COLUMNS
from aftercare.targets.wishes import as_preference
from aftercare.targets.workbook_words import MEANINGS
from aftercare.words import (
    ANSWERS,
    FEEDS,
    LOAD_COUNTS,
    LOAD_PARTS,
    LOAD_SUM,
    OUTCOMES,
    WISHES,
    say,
    word,
)

MAPPINGS = PROJECT / "include" / "mappings"


def test_every_feed_has_a_name() -> None:
    assert FEEDS.keys() == ALL_FEEDS.keys()


@pytest.mark.parametrize(("place", "equals"), [(0, "。"), (1, ".")])
def test_the_sum_of_a_load_names_its_parts_as_the_columns_do(place: int, equals: str) -> None:
    whole, *parts = (LOAD_COUNTS[name][place] for name in ("pulled", *LOAD_PARTS))
    assert LOAD_SUM[place].lower() == f"{whole} = {' + '.join(parts)}{equals}"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_is_called_in_the_mail_as_in_the_list_that_staff_fill_in(outcome: str) -> None:
    assert REASONS[outcome] == OUTCOMES[outcome]


def test_every_outcome_has_words_and_a_meaning_in_the_list() -> None:
    (outcome,) = (column for column in ALL_FEEDS["call_result"].columns if column.name == "outcome")
    assert tuple(OUTCOMES) == tuple(MEANINGS) == outcome.codes
    assert set(ANSWERS) < set(OUTCOMES)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_that_was_chosen_or_written_is_read_back_as_it_is(outcome: str) -> None:
    codes = read_dealer_system(MAPPINGS / "dealer" / "workbook.yaml").codes["outcome"]
    assert {codes[code_key(chosen)] for chosen in OUTCOMES[outcome]} == {outcome}
    words = OdooMapping.read(MAPPINGS / "crm" / "odoo.yaml").results
    said = [understand(f"{written}，谢谢", words) for written in words.outcomes[outcome]]
    assert said == [{"outcome": outcome}] * len(said)


@pytest.mark.parametrize("wish", get_args(WishCode))
def test_a_wish_that_was_chosen_or_written_is_read_back_as_it_is(wish: WishCode) -> None:
    mapping = read_dealer_system(MAPPINGS / "dealer" / "workbook.yaml")
    asked = as_preference(wish)
    maps = mapping.feeds["preference"].columns
    for name in WISH_COLUMNS:
        codes = mapping.codes[maps[name].codes or ""]
        assert {codes[code_key(chosen)] for chosen in WISHES[wish]} == {asked[name]}, name
    words = OdooMapping.read(MAPPINGS / "crm" / "odoo.yaml").results
    for written in words.wishes[wish]:
        assert understand(f"{written}，谢谢", words) == {"wish": wish}
        for until in ("至2026-12-31", ":2026/12/31", "20261231"):
            said = understand(f"{written}{until}", words)
            assert said == {"wish": wish, "wish_until": date(2026, 12, 31)}


def test_the_list_offers_every_wish_and_no_other() -> None:
    assert tuple(WISHES) == get_args(WishCode)


@pytest.mark.parametrize("until", ["至年底", "至2026-02-30", ":12-31"])
def test_a_pause_until_a_day_that_nobody_understands_is_none(until: str) -> None:
    words = OdooMapping.read(MAPPINGS / "crm" / "odoo.yaml").results
    assert understand(f"成功 暂停联系{until}", words) == {"outcome": "reached"}


def test_a_count_of_a_load_has_one_name_on_all_pages() -> None:
    assert all(PAGE[name] == COUNTS[name] == pair for name, pair in LOAD_COUNTS.items())


def test_a_key_without_words_stands_for_itself() -> None:
    assert word(FEEDS, "something_new", "zh") == "something_new"
    assert say(("{n} 行", "{n} rows"), "en", n=3) == "3 rows"
