"""How the fields of a CRM with a REST interface are filled, as its mapping says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from aftercare.targets.field_rules import DAYS, FieldRule, plain

CONTACT_ID = "contact_id"
"""A field of tasks and complaints beside ours: the CRM's id of the contact."""

EPOCHS = {"unix": 1, "unix_ms": 1000}


class RestField(FieldRule):
    """How one field of the CRM is filled. Beside the ways of all mappings: `value`, always the same.

    `codes` replaces our value by the CRM's (`{phone: call, sms: message}`). `date` writes a day in
    another way than 2026-11-20: as a format (`%Y/%m/%d`), or as `unix` or `unix_ms` of its midnight.
    `in_list`: the CRM wants a list of this one value. `in_object`: it wants an object that holds this one value
    under this name; where nothing is known, none is sent.
    """

    constant: Any = Field(None, alias="value")
    codes: Mapping[str, str | int | bool] | None = None
    date: str | None = None
    in_list: bool = False
    in_object: str | None = None

    @model_validator(mode="after")
    def _only_days_are_dated(self) -> RestField:
        if self.date and not set(self.sources) <= DAYS:
            raise ValueError(f"date: of our fields only {', '.join(sorted(DAYS))} are days")
        try:
            json.dumps(self.constant)
        except (TypeError, ValueError):
            raise ValueError("value: put it between quotes; it is no text or number") from None
        return self

    def _all_ways(self) -> dict[str, object]:
        given = None if self.constant is None else (self.constant,)
        return {**super()._all_ways(), "value": given}

    def value(self, ours: Mapping[str, object], zone: ZoneInfo) -> object:
        """The value for the CRM, None where nothing is known."""
        value = self._single(ours, zone)
        if value is None:
            return None
        value = {self.in_object: value} if self.in_object else value
        return [value] if self.in_list else value

    def _single(self, ours: Mapping[str, object], zone: ZoneInfo) -> object:
        if self.constant is not None:
            return self.constant
        if self.lines is not None:
            shown = [
                f"{line.label}: {known}" if line.label else str(known)
                for line in self.lines
                if (known := plain(ours.get(line.source))) is not None
            ]
            return "\n".join(shown) or None
        if self.date:
            days = [ours[name] for name in self.sources if ours.get(name) is not None]
            return next((_day(day, self.date, zone) for day in days if isinstance(day, date)), None)
        known = self.known(ours)
        return self.codes.get(str(known), known) if self.codes and known is not None else known


def _day(day: date, form: str, zone: ZoneInfo) -> object:
    if form in EPOCHS:
        return int(datetime.combine(day, time.min, zone).timestamp()) * EPOCHS[form]
    return day.strftime(form)
