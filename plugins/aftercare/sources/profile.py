"""What the values of a source column look like, without showing one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from functools import cached_property

from aftercare.sources import contacts, values, vin
from aftercare.sources.codes import BLANKS, code_key
from aftercare.sources.cursor_text import format_of
from aftercare.sources.feeds import Contact
from aftercare.sources.moments import epoch_of

MOST_CODES = 40
"""A column with more different values than that holds no codes."""
_ROWS_PER_CODE = 2
_FEWEST_NAMES = 3
_LONGEST_CODE = 20
_AMBIGUOUS = tuple(
    f"{day}{clock}"
    for day in ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y")
    for clock in ("", " %H:%M", " %H:%M:%S")
)
_CONTACTS: dict[Contact, Callable[[object], contacts.Checked]] = {
    "phone": contacts.phone,
    "plate": contacts.plate,
    "id_no": contacts.id_no,
    "email": contacts.email,
}


@dataclass(frozen=True)
class ColumnLook:
    """A source column: its name and type, and a sample of its values, which nobody is shown.

    ``indexed``: an index begins with it, None where that cannot be told. ``is_key``: the source says
    that its values are different in every row. ``counted``: codes and their numbers in all rows,
    where those were counted.
    """

    name: str
    type_name: str
    sample: Sequence[object] = field(repr=False)
    indexed: bool | None = None
    is_key: bool = False
    counted: Counter[str] | None = field(default=None, repr=False)

    @cached_property
    def filled_values(self) -> list[object]:
        """The sample without blanks."""
        return [raw for raw in self.sample if code_key(raw) not in BLANKS]

    @property
    def filled(self) -> float | None:
        """Share of the sample that is not blank; None without a sample."""
        return len(self.filled_values) / len(self.sample) if self.sample else None

    @cached_property
    def counts(self) -> Counter[str]:
        """Different values as codes are spelled, with their numbers in all rows or in the sample."""
        return self.counted or Counter(code_key(raw) for raw in self.filled_values)

    @property
    def distinct(self) -> int:
        """How many different values the sample has."""
        return len(self.counts)

    @property
    def is_unique(self) -> bool:
        """Whether no value stands in the sample twice, and none is blank."""
        different = len({code_key(raw) for raw in self.filled_values})
        return bool(self.sample) and different == len(self.sample)

    @cached_property
    def is_coded(self) -> bool:
        """Whether few short values stand for all rows, and none of them is a person's."""
        few = 0 < self.distinct <= min(MOST_CODES, len(self.filled_values) // _ROWS_PER_CODE)
        return (
            few and all(len(code) <= _LONGEST_CODE for code in self.counts) and not self.is_personal
        )

    @cached_property
    def is_personal(self) -> bool:
        """Whether a value is somebody's phone, plate, VIN, identity number or address of mail, or most
        are like names of people: nobody is shown such a column's values, few as they may be.
        """
        named = sum(map(contacts.is_like_a_name, self.counts))
        # 马自达 alone is a brand; three of a kind are people.
        return (named >= _FEWEST_NAMES and named * 2 > self.distinct) or any(
            check(value)[1] == "valid"
            for value in self.counts
            for check in (*_CONTACTS.values(), vin.check)
        )

    def share(self, kind: str) -> float:
        """Share of the filled values that are a vin, like_vin (but for the check digit), phone, plate,
        id_no, email, date or number.
        """
        return self._shares.get(kind, 0.0)

    @cached_property
    def _shares(self) -> dict[str, float]:
        filled = self.filled_values
        count = len(filled) or 1
        shares: dict[str, float] = {
            kind: sum(check(raw)[1] == "valid" for raw in filled) / count
            for kind, check in _CONTACTS.items()
        }
        vins = Counter(vin.check(raw)[1] for raw in filled)
        shares["vin"] = vins["valid"] / count
        # Order numbers have 17 characters too; of those, one in eleven has the right check digit.
        shares["like_vin"] = (vins["valid"] + vins["check_digit"]) / count
        # Whole numbers are read as days of Excel, but a column of numbers is a column of numbers.
        days = 0 if self.is_numeric else self._read(None)
        shares["date"] = max(days, self._read(self.date_format) if self.date_format else 0) / count
        shares["number"] = 1 - len(values.decimals(filled).unreadable) / count
        return shares

    @cached_property
    def is_numeric(self) -> bool:
        """Whether all values are numbers that no calendar writes."""
        return all(
            isinstance(raw, int | float | Decimal) and len(code_key(raw)) not in (8, 14)
            for raw in self.filled_values
        )

    @cached_property
    def epoch(self) -> str | None:
        """The format of times that are counted since 1970; None for all other columns."""
        return None if self.is_key else epoch_of(self.filled_values)

    @cached_property
    def date_format(self) -> str | None:
        """The one format that reads dates which could else mean two things or none, if there is one.

        None for columns that need no format, and for those of which nobody can tell.
        """
        if self.epoch is not None:
            return self.epoch
        if not self.filled_values or self._read(None) == len(self.filled_values):
            return None
        first = self.filled_values[:1]
        fitting = [
            written
            for written in _AMBIGUOUS
            if values.timestamps(first, UTC, written).values != [None]
            and self._read(written) == len(self.filled_values)
        ]
        return fitting[0] if len(fitting) == 1 else None

    @cached_property
    def sorted_format(self) -> str | None:
        """The format by which values sort like the times they hold; None when there is none."""
        return format_of(self.filled_values)

    def _read(self, written: str | None) -> int:
        understood = values.timestamps(self.filled_values, UTC, written)
        return sum(value is not None for value in understood.values)
