"""A year of the Chinese calendar as people read it."""

import pytest
from click.testing import CliRunner

from aftercare.cli import cli


def said(*words: str) -> str:
    found = CliRunner().invoke(cli, ["calendar", *words])
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture(autouse=True)
def in_july(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_TODAY", "2026-07-01")


def test_an_announced_year_names_its_notice_and_its_make_up_days() -> None:
    text = said("2026", "--language", "en")
    assert text.startswith("2026: official, by 国办发明电〔2025〕7号 (published 2025-11-04)\n")
    assert "248 working days (6 of them made up), 117 days off (13 of them statutory)" in text
    assert "  2026-02-15 Sun to 2026-02-23 Mon  Spring Festival\n" in text
    worked = text.split("Weekends on which people work:\n")[1].split("Festivals:")[0].split("\n")
    assert "  2026-02-28 Sat" in worked
    assert "  2026-10-10 Sat" in worked


def test_a_year_that_is_not_announced_says_so_and_what_to_do() -> None:
    text = said("2027", "--language", "zh")
    assert text.startswith("2027 年：暂定")
    assert "include/calendars/cn.yaml" in text.splitlines()[0]
    assert "  2027-06-09 周三  端午节\n" in text
    assert "  2027-06-09 周三  端午节（法定节假日）\n" in text
    assert "  2027-10-08 周五  重阳节\n" in text
    assert "尚不清楚" in text


def test_a_run_of_an_earlier_day_knows_what_was_announced_by_then() -> None:
    assert "chinesecalendar" in said("2026", "--day", "2025-11-03", "--language", "en")
    assert "7号" in said("2026", "--day", "2025-11-04", "--language", "en")


@pytest.mark.parametrize("year", ["1", "1900", "2004", "2100", "2101", "9999"])
def test_every_year_can_be_shown(year: str) -> None:
    assert len(said(year).splitlines()) > 6
