"""What a dealer system's name may stand for."""

import pytest

from aftercare.configuration import read_model
from aftercare.sources.feeds import FEEDS
from aftercare.sources.names import FILE, known_names
from aftercare.sources.names import _File as NamesFile


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("vin", "cjh"),
        ("vin", "车架号"),
        ("vin", "VINCode"),
        ("vin", "chassis_no"),
        ("ro_no", "gdh"),
        ("ro_no", "gongdanhao"),
        ("ro_no", "RO_NUMBER"),
        ("opened_at", "ro_create_date"),
        ("deliverer_phone", "sxrdh"),
        ("odometer_in_km", "InMileage"),
    ],
)
def test_a_name_is_known_in_english_chinese_pinyin_and_first_letters(column, name):
    likeness = {
        other.name: known_names().column("repair_order", other.name, name)
        for other in FEEDS["repair_order"].columns
    }
    assert max(likeness, key=lambda known: likeness[known]) == column
    assert likeness[column] >= 0.8


@pytest.mark.parametrize("name", ["bz", "remark_1", "xyz", "", "2026", "备注"])
def test_a_name_that_says_nothing_is_like_nothing(name):
    for column in FEEDS["repair_order"].columns:
        assert known_names().column("repair_order", column.name, name) < 0.5, column.name


def test_a_prefix_does_not_hide_a_table():
    assert known_names().table("repair_order", "tb_wxgd") >= 0.5
    assert known_names().table("repair_order", "dbo.RepairOrders2026") >= 0.5
    assert known_names().table("store", "tb_wxgd") == 0


def test_the_words_are_those_of_columns_that_there_are_and_of_codes_that_they_take():
    file = read_model(FILE, NamesFile)
    for feed, names in file.feeds.items():
        assert set(names.columns) == {column.name for column in FEEDS[feed].columns}, feed
    for place, meanings in file.meanings.items():
        feed, column = place.split(".")
        assert set(meanings) == set(FEEDS[feed].column(column).codes), place


def test_no_word_means_two_codes_of_one_column():
    for place, meanings in read_model(FILE, NamesFile).meanings.items():
        words = [word.casefold() for spellings in meanings.values() for word in spellings]
        assert len(words) == len(set(words)), place
