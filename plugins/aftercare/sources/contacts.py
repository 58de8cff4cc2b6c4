"""Contact data: normalised, checked, and then sealed; nothing leaves this module in clear but the
normalised values, which the row's keyed hash needs.

A check says what is wrong with a value without showing it; `aftercare.sources.feeds.CONTACT_CHECKS`
lists them. A value that fails its check is kept all the same: somebody may yet read it right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date
from typing import NamedTuple

from aftercare.protection import Keyring
from aftercare.sources.codes import BLANKS
from aftercare.sources.feeds import Contact
from aftercare.sources.values import dates, text_of

Checked = tuple[str | None, str]

DEFAULT_BIRTHDAYS: dict[date, str] = {
    date(1900, 1, 1): "what databases and workbooks store for no date",
    date(1970, 1, 1): "the zero of computer clocks",
    date(1990, 1, 1): "what staff type where a birthday is mandatory",
}
"""Birthdays that mean that nobody asked, and why. A person born on one of these days is treated
as one whose birthday is not known: no greeting is better than a thousand wrong ones."""

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶苏魏吕丁沈姚卢姜"
    "崔钟谭陆汪范廖贾夏韦邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾郝龚邵钱严覃武戴莫孔汤褚卫牛樊葛邢齐乔伍庞颜"
    "倪庄聂章鲁岳翟殷詹欧耿兰焦俞柳甘祝宁尚符舒阮柯纪梅童凌季裴霍"
)
"""The first characters of most Chinese names, but for those with which words of every day begin."""
UNKNOWN_NAMES = frozenset({"未知", "不详", "暂无", "未填", "无名", "unknown"})
MOBILE_DIGITS = 11

_NAME = re.compile(r"[\u4e00-\u9fff]{2,3}(?:[\u4e00-\u9fff]|先生|女士|小姐)?")
_PHONE_NOISE = re.compile(r"[\s\-‐-―().·]")
_COUNTRY = re.compile(r"(?:\+|00)86")
_SEVERAL = re.compile(r"[/、,;|]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{9,14}|[2-8]\d{6,7}|[48]00\d{7}")
_PLATE_NOISE = re.compile(r"[\s\-‐-―.·•]")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
    r"(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[A-HJK])"
)
_ID_NO = re.compile(r"\d{17}[\dX]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_DIGITS = "10X98765432"
_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)+")


class Sealed(NamedTuple):
    """A contact column after protection: normalised values in clear, and what may be stored."""

    clear: list[str | None]
    ciphers: list[bytes | None]
    hashes: list[bytes | None]
    checks: list[str]


def _narrow(raw: object) -> str | None:
    cleaned = text_of(raw)
    if cleaned is None or cleaned in BLANKS:
        return None
    return cleaned if cleaned.isascii() else unicodedata.normalize("NFKC", cleaned)


def phone(raw: object) -> Checked:
    """A mobile number in its 11 digits; of several numbers the first valid one."""
    if type(raw) is str and raw.isascii() and _MOBILE.fullmatch(raw):
        return raw, "valid"
    narrow = _narrow(raw)
    if narrow is None:
        return None, "missing"
    if _SEVERAL.search(narrow):
        several = [_one_phone(part) for part in _SEVERAL.split(narrow) if part.strip()]
        return next(
            (one for one in several if one[1] == "valid"),
            several[0] if several else (None, "missing"),
        )
    return _one_phone(narrow)


def _one_phone(narrow: str) -> Checked:
    number = _PHONE_NOISE.sub("", narrow)
    abroad = _COUNTRY.match(number)
    if abroad:
        number = number[abroad.end() :]
    elif len(number) == MOBILE_DIGITS + 2 and number.startswith("86"):
        number = number[2:]
    if not number:
        return None, "missing"
    return number, _phone_check(number)


def _phone_check(number: str) -> str:
    if _MOBILE.fullmatch(number):
        return "valid"
    if not (number.isascii() and number.isdigit()):
        return "not_a_number"
    if _LANDLINE.fullmatch(number):
        return "landline"
    if len(number) != MOBILE_DIGITS:
        return "too_short" if len(number) < MOBILE_DIGITS else "too_long"
    return "bad_prefix"


def plate(raw: object) -> Checked:
    """A number plate of mainland China, new-energy plates of eight characters included."""
    if type(raw) is str and _PLATE.fullmatch(raw) and raw[1:].isascii():
        return raw, "valid"
    narrow = _narrow(raw)
    normal = _PLATE_NOISE.sub("", narrow).upper() if narrow else ""
    if not normal:
        return None, "missing"
    return normal, "valid" if _PLATE.fullmatch(normal) else "malformed"


def id_no(raw: object) -> Checked:
    """An identity number of 18 characters with its check digit (GB 11643)."""
    narrow = _narrow(raw)
    normal = re.sub(r"[\s\-]", "", narrow).upper() if narrow else ""
    if not normal:
        return None, "missing"
    if not _ID_NO.fullmatch(normal) or not _is_day(normal[6:14]):
        return normal, "malformed"
    total = sum(int(digit) * weight for digit, weight in zip(normal[:17], _ID_WEIGHTS, strict=True))
    return normal, "valid" if _ID_DIGITS[total % 11] == normal[17] else "check_digit"


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def birthday(raw: object, written: str | None = None) -> Checked:
    """A birthday as YYYY-MM-DD; a day of DEFAULT_BIRTHDAYS is `default`."""
    understood = dates([raw], UTC, written)
    day = understood.values[0]
    if day is None:
        return (text_of(raw), "unreadable") if understood.unreadable else (None, "missing")
    return day.isoformat(), "default" if day in DEFAULT_BIRTHDAYS else "valid"


def email(raw: object) -> Checked:
    """A mail address in small letters."""
    narrow = _narrow(raw)
    if narrow is None:
        return None, "missing"
    normal = re.sub(r"\s", "", narrow).lower()
    return normal, "valid" if _EMAIL.fullmatch(normal) else "malformed"


def name(raw: object) -> Checked:
    """A name with single blanks inside."""
    cleaned = text_of(raw)
    if cleaned is None or cleaned in BLANKS or cleaned.casefold() in UNKNOWN_NAMES:
        return None, "missing"
    return " ".join(cleaned.split()), "valid"


def is_like_a_name(raw: object) -> bool:
    """Whether a text may be the name of a Chinese person; some words of every day are like one too."""
    cleaned = text_of(raw) or ""
    return cleaned[:1] in SURNAMES and _NAME.fullmatch(cleaned) is not None


def text(raw: object) -> Checked:
    """Free text as it was written."""
    cleaned = text_of(raw)
    return (None, "missing") if cleaned is None else (cleaned, "valid")


_CHECKS: dict[Contact, Callable[[object], Checked]] = {
    "phone": phone,
    "plate": plate,
    "id_no": id_no,
    "birthday": birthday,
    "email": email,
    "name": name,
    "text": text,
}


def sealed(
    column: Sequence[object], contact: Contact, keyring: Keyring, written: str | None = None
) -> Sealed:
    """A column of contact data normalised, checked, encrypted and hashed.

    ``written`` is the strptime format of birthdays that need one.
    """
    if contact == "birthday":
        checked = [birthday(raw, written) for raw in column]
    else:
        checked = list(map(_CHECKS[contact], column))
    clear = [value for value, _ in checked]
    return Sealed(
        clear,
        keyring.encrypt_all(clear),
        keyring.hash_all(clear),
        [outcome for _, outcome in checked],
    )
