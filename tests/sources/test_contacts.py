"""What is wrong with contact data is known without showing it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.protection import Keyring
from aftercare.sources import contacts
from aftercare.sources.feeds import CONTACT_CHECKS

KEYRING = Keyring({1: b"e" * 32}, {1: b"h" * 32})


@pytest.mark.parametrize(
    ("raw", "normal", "check"),
    [
        ("13812345678", "13812345678", "valid"),
        ("+86 138-1234-5678", "13812345678", "valid"),
        ("0086 138 1234 5678", "13812345678", "valid"),
        ("8613812345678", "13812345678", "valid"),
        ("１３８１２３４５６７８", "13812345678", "valid"),
        (13812345678, "13812345678", "valid"),
        (13812345678.0, "13812345678", "valid"),
        ("0571-88886666/13812345678", "13812345678", "valid"),
        ("0571-88886666", "057188886666", "landline"),
        ("(0571)8888 6666", "057188886666", "landline"),
        ("88886666", "88886666", "landline"),
        ("400-800-1234", "4008001234", "landline"),
        ("1381234567", "1381234567", "too_short"),
        ("138123456789", "138123456789", "too_long"),
        ("12812345678", "12812345678", "bad_prefix"),
        ("138x2345678", "138x2345678", "not_a_number"),
        ("", None, "missing"),
        (None, None, "missing"),
        ("无", None, "missing"),
        ("/", None, "missing"),
        ("+86", None, "missing"),
    ],
)
def test_phones(raw: object, normal: str | None, check: str) -> None:
    assert contacts.phone(raw) == (normal, check)


@pytest.mark.parametrize(
    ("raw", "normal", "check"),
    [
        ("浙A·12345", "浙A12345", "valid"),
        ("浙a 1234挂", "浙A1234挂", "valid"),
        ("浙ＡＤ１２３４５", "浙AD12345", "valid"),
        ("浙AF12345", "浙AF12345", "valid"),
        ("浙A12345D", "浙A12345D", "valid"),
        ("浙AO2345", "浙AO2345", "malformed"),
        ("浙AL12345", "浙AL12345", "malformed"),
        ("A12345", "A12345", "malformed"),
        ("临时", "临时", "malformed"),
        ("", None, "missing"),
    ],
)
def test_plates(raw: object, normal: str | None, check: str) -> None:
    assert contacts.plate(raw) == (normal, check)


@pytest.mark.parametrize(
    ("raw", "check"),
    [
        ("11010519491231002X", "valid"),
        ("11010519491231002x ", "valid"),
        ("110105194912310021", "check_digit"),
        ("110105194913310021", "malformed"),
        ("11010519491231", "malformed"),
        (None, "missing"),
    ],
)
def test_identity_numbers(raw: object, check: str) -> None:
    assert contacts.id_no(raw)[1] == check


@pytest.mark.parametrize(
    ("raw", "normal", "check"),
    [
        (date(1985, 3, 7), "1985-03-07", "valid"),
        ("1985年3月7日", "1985-03-07", "valid"),
        ("1990/1/1", "1990-01-01", "default"),
        (date(1970, 1, 1), "1970-01-01", "default"),
        ("19000101", "1900-01-01", "default"),
        ("3月7日", "3月7日", "unreadable"),
        ("", None, "missing"),
    ],
)
def test_birthdays(raw: object, normal: str | None, check: str) -> None:
    assert contacts.birthday(raw) == (normal, check)


def test_every_default_birthday_has_its_reason() -> None:
    assert all(reason for reason in contacts.DEFAULT_BIRTHDAYS.values())


@pytest.mark.parametrize(
    ("raw", "normal", "check"),
    [
        (" A.B@Shop.Example ", "a.b@shop.example", "valid"),
        ("a@b", "a@b", "malformed"),
        ("a b", "ab", "malformed"),
        ("-", None, "missing"),
    ],
)
def test_mail_addresses(raw: object, normal: str | None, check: str) -> None:
    assert contacts.email(raw) == (normal, check)


def test_names_and_texts() -> None:
    assert contacts.name("  欧阳　 喆 ") == ("欧阳 喆", "valid")
    assert contacts.name("未知") == (None, "missing")
    assert contacts.text("第一行\n第二行") == ("第一行\n第二行", "valid")
    assert contacts.text(" ") == (None, "missing")


def test_sealing_keeps_value_hash_and_check_side_by_side() -> None:
    sealed = contacts.sealed(["138 1234 5678", None], "phone", KEYRING)
    assert sealed.clear == ["13812345678", None]
    assert sealed.ciphers[0] is not None
    assert KEYRING.decrypt(sealed.ciphers[0]) == "13812345678"
    assert sealed.hashes == [KEYRING.hash("13812345678"), None]
    assert sealed.ciphers[1] is None
    assert sealed.checks == ["valid", "missing"]


@given(st.one_of(st.text(), st.floats(), st.integers(), st.dates()))
def test_every_value_gets_a_check_of_the_list(raw: object) -> None:
    for kind, checks in CONTACT_CHECKS.items():
        assert contacts.sealed([raw], kind, KEYRING).checks[0] in checks
