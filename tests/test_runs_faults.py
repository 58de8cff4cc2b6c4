"""Nights on which one system is broken, and the nights after them. All kinds: `make acceptance`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from faults import FAULTS, check
from faulty_nights import DAYS, FAULTY, Evenings, Undisturbed, evenings

NAMES = ("a database that cannot be reached", "a page that is no JSON")


@pytest.fixture(scope="module")
def evening(
    postgres: Any, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Evenings]:
    folder = tmp_path_factory.mktemp("evening")
    with evenings(postgres, warehouse_template, folder, daily=1.0) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(evening: Evenings, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return evening.undisturbed(tmp_path_factory.mktemp("undisturbed"))


def test_systems_that_are_broken_delay_only_themselves_and_are_caught_up(
    evening: Evenings, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    check([FAULTS[name] for name in NAMES], evening, undisturbed, tmp_path)


def test_a_wrong_clock_ends_in_words_and_does_nothing(evening: Evenings, tmp_path: Path) -> None:
    with evening.world(tmp_path) as world:
        before = world.left()
        for day, today, words in (
            (DAYS[0], DAYS[0], "set the clock right"),
            (date(2031, 1, 1), date(2031, 1, 2), "aftercare backfill nights 2026-10-14"),
        ):
            world.said.clear()
            world.night(day, today)
            assert words in world.said[0]
            assert world.left() == before
        assert all("不完整" in mail.name for mail in world.group.mailbox.mails())
        assert world.merged(FAULTY) == world.merged(date(2031, 1, 1)) == {}
