"""What is wrong with a VIN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.sources import vin
from aftercare.sources.feeds import VIN_CHECKS


@pytest.mark.parametrize(
    ("raw", "normal", "check"),
    [
        ("1HGCM82633A004352", "1HGCM82633A004352", "valid"),
        (" lsvaa4182e2184847", "LSVAA4182E2184847", "valid"),
        ("ＬＳＶＡＡ４１８２Ｅ２１８４８４７", "LSVAA4182E2184847", "valid"),
        ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788", "valid"),
        ("LSVAA4183E2184847", "LSVAA4183E2184847", "check_digit"),
        ("LSVAA418", "LSVAA418", "length"),
        ("LSVAA4182E218484O", "LSVAA4182E218484O", "characters"),
        ("", None, "missing"),
        (None, None, "missing"),
        ("无", None, "missing"),
    ],
)
def test_vins(raw: object, normal: str | None, check: str) -> None:
    assert vin.check(raw) == (normal, check)


@given(st.one_of(st.text(), st.none(), st.integers()))
def test_every_value_gets_a_check_of_the_list(raw: object) -> None:
    assert vin.checked([raw])[1][0] in VIN_CHECKS
