"""What is somebody's is found wherever it stands in a text, and codes and numbers of orders are not."""

import pytest

from aftercare.sources.private import is_long, is_private, masked


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("川BE94ZP", "******P"),
        ("浙A·12345", "******45"),
        ("浙 a 12345", "*******45"),
        ("新能源 沪AD12345 在店", "新能源 ******45 在店"),
        ("LS502KNP1RF928922", "***************22"),
        ("lsvaa4182e2184847", "***************47"),
        ("电话13812345678", "电话*********78"),
        ("+86 138 1234 5678", "+86 ***********78"),
        ("0571-88888888", "***********88"),
        ("110101199003078888", "****************88"),
        ("a.b@c.example", "***********le"),
    ],
)
def test_what_is_somebodys_is_masked_where_it_stands(text: str, seen: str) -> None:
    assert masked(text) == seen
    assert is_private(text)
    assert is_private(seen)


@pytest.mark.parametrize(
    "text",
    ["12551010", "RO202606300000123", "WX202606300000123", "20260630000012345", "已结算", "川味", "浙B0000000001",
     "X9", "2026/6/3 9:05", "12,345公里"],
)  # fmt: skip
def test_codes_times_and_numbers_of_orders_are_nobody_s(text: str) -> None:
    assert not is_private(text)


def test_words_of_a_remark_are_longer_than_codes() -> None:
    assert is_long("异响，客户要求退机油")
    assert is_long("x" * 17)
    assert not is_long("保险事故钣金喷漆")
