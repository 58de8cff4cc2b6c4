"""Vehicle identification numbers: canonical spelling and what is wrong with one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from operator import mul

from aftercare.sources.codes import BLANKS
from aftercare.sources.values import text_of

LENGTH = 17
_NOISE = re.compile(r"[\s\-_.*]")
_WHOLE = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
# The value of each letter and digit, as the byte that takes its place.
_VALUES = bytes.maketrans(
    b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
    bytes(map(int, "12345678123457923456789" + "0123456789")),
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
CHECK_DIGIT_AT = 8


def check_digit(vin: str) -> str:
    """The ninth character that ISO 3779 asks for in a VIN of 17 allowed characters."""
    remainder = sum(map(mul, vin.encode().translate(_VALUES), _WEIGHTS)) % 11
    return "X" if remainder == 10 else str(remainder)


def check(raw: object) -> tuple[str | None, str]:
    """A VIN in capitals without blanks, and the first of VIN_CHECKS that it fails, or `valid`."""
    if type(raw) is str and _WHOLE.fullmatch(raw):
        return raw, _check_of(raw)
    cleaned = text_of(raw)
    if cleaned is None or cleaned in BLANKS:
        return None, "missing"
    vin = _NOISE.sub("", unicodedata.normalize("NFKC", cleaned).upper())
    if len(vin) != LENGTH:
        return vin or None, "length" if vin else "missing"
    if not _WHOLE.fullmatch(vin):
        return vin, "characters"
    return vin, _check_of(vin)


def _check_of(vin: str) -> str:
    return "valid" if vin[CHECK_DIGIT_AT] == check_digit(vin) else "check_digit"


def checked(column: Sequence[object]) -> tuple[list[str | None], list[str]]:
    """A column of VINs and the column of their checks."""
    vins: list[str | None] = []
    checks: list[str] = []
    for raw in column:
        vin, outcome = check(raw)
        vins.append(vin)
        checks.append(outcome)
    return vins, checks
