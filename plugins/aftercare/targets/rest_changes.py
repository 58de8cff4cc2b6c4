"""What a CRM with a REST interface tells of what was done there, as its mapping describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from aftercare.sources import placeholders
from aftercare.sources.dealer_system import Paging
from aftercare.targets.feedback import Flag, ResultWords
from aftercare.targets.mapping_file import Part
from aftercare.targets.rest_answers import Path_
from aftercare.targets.rest_fields import EPOCHS
from aftercare.targets.rest_requests import Call, Zone, pages_fit


class Done(Part):
    """A record whose value at the path `at` is one of `values`."""

    at: Path_
    values: tuple[str, ...]


class Changes(Call):
    """Tells what was changed since `{since}`, a moment written as `time` says (default ISO 8601).

    `rows` is the path to the list of records; `key`, `id` and `changed_at` are paths in one of them.
    """

    method: Literal["GET", "POST"] = "GET"
    rows: Path_
    paging: Paging | None = None
    key: Path_
    id: Path_
    changed_at: Path_
    time: str = "iso"
    zone: Zone = "UTC"
    overlap_seconds: int = Field(600, ge=1)

    @model_validator(mode="after")
    def _asks_since_a_moment(self) -> Changes:
        pages_fit(self, self.paging)
        if "since" not in self.wanted:
            raise ValueError("{since} stands in path, parameters or body")
        sample = datetime(2026, 11, 20, tzinfo=UTC)
        values = dict.fromkeys(self.wanted, 1) | {"since": self.said(sample)}
        try:
            for part in (self.path, self.parameters, self.headers, self.body):
                placeholders.filled(part, values)
        except (ValueError, TypeError):
            raise ValueError(
                f"{{since}} is written by time ({self.time}); its format does not fit"
            ) from None
        return self

    def said(self, moment: datetime) -> int | str:
        """A moment as the CRM wants it in a request."""
        if self.time in EPOCHS:
            return int(moment.timestamp() * EPOCHS[self.time])
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.isoformat() if self.time == "iso" else local.strftime(self.time)


class Results(Changes):
    """Reads back what was done.

    Beside those of all changes the others are paths in a record, too. `words` says how the text at `remark`
    is understood; `outcomes` and `flags` how values at `outcome` and at the flags' own paths are. With
    `complaints` a call that is marked as a complaint is one of its own; say no where the dealer system
    registers it, too.
    """

    called_at: Path_ | None = None
    attempt_no: Path_ | None = None
    caller_no: Path_ | None = None
    satisfaction: Path_ | None = None
    remark: Path_ | None = None
    outcome: Path_ | None = None
    outcomes: Mapping[str, tuple[str, ...]] = {}
    flags: Mapping[Flag, Path_] = {}
    yes: tuple[str, ...] = ("true", "1", "yes", "是")
    words: ResultWords | None = None
    complaints: bool = False
    done: Done | None = None

    @model_validator(mode="after")
    def _says_an_outcome(self) -> Results:
        if self.outcome is None and self.words is None:
            raise ValueError("give outcome, or words and remark")
        if self.words is not None and self.remark is None:
            raise ValueError("remark: words are looked for in its text")
        return self


class Numbers(Changes):
    """Reads the phone numbers of contacts that anybody wrote, `phone` in each: one that staff put right holds
    from the next night on."""

    phone: Path_
