"""Policy packs: dated values with unit, rule and reference, looked up as of a day.

A pack is a folder with a ``pack.yaml`` and item files, such as ``follow_ups/first_call.yaml`` or
``scoring.yaml``. A top-level mapping of an item file is a *value* (see ``PolicyValue``) unless it
is a pair of titles ``{zh: …, en: …}``; everything else is an *attribute*: what the item is, which
never depends on a date.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aftercare.configuration import Lines, line_of, read_yaml
from aftercare.errors import PolicyError
from aftercare.rules.units import UNITS

PACK_FILE = "pack.yaml"
HOUSE = "house"
"""The pack of what holds for all stores."""
RULE_ID = r"^(S[1-4]-\d\d(\.\d\d)?|house)$"
LINE_NAME = re.compile(r"^[a-z0-9][a-z0-9_]*$")

Unit = Literal[
    "minute",
    "hour",
    "calendar_day",
    "day_before",
    "working_day",
    "calendar_month",
    "day_of_month",
    "month_list",
    "period",
    "count",
    "kilometre",
    "yuan",
    "kilometre_per_day",
    "kilometre_per_day_range",
    "kilometre_per_day_by_model",
    "service_interval",
    "service_interval_by_model",
    "hours_of_day",
    "share",
    "point",
    "point_range",
    "curve",
    "band",
    "text",
    "flag",
]
Title = dict[Literal["zh", "en"], str]


class PackFile(BaseModel):
    """``pack.yaml``: who a pack is.

    ``published_on`` is the day on which staff could read it, ``consultation`` where it stands that
    they were heard about it. A month is on trial unless the pack, those it extends and the house
    have both, and were published by its first day. ``edited_by``: logins or employee numbers of
    who wrote its rules; they decide nothing by them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pack: str
    title: Title
    extends: tuple[str, ...] = ()
    published_on: date | None = None
    consultation: str | None = None
    edited_by: tuple[str, ...] = ()


class PolicyValue(BaseModel):
    """A value in an item file. ``rule`` may be left out where the file itself has a ``rule``.

    A value of null says that from that day on nothing is set; no older or extended one is asked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Annotated[str, Field(pattern=RULE_ID)] | None = None
    unit: Unit
    reference: Annotated[str, Field(min_length=3)]
    values: Annotated[dict[date, Any], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Line:
    """A value from a day on. ``file`` and ``file_line`` say where it stands."""

    line_id: str
    value: Any
    unit: str
    rule: str
    reference: str
    valid_from: date
    pack: str = ""
    item: str = ""
    name: str = ""
    file: str = field(default="", compare=False)
    file_line: int | None = field(default=None, compare=False)

    @property
    def value_json(self) -> str:
        """The value as canonical JSON; decimals are texts, so that nothing is rounded."""
        return _canonical(self.value)


@dataclass(frozen=True)
class Item:
    """What one pack's file says about an item: its attributes and its values by name and date."""

    attributes: Mapping[str, Any]
    values: Mapping[str, tuple[Line, ...]]
    file: str


@dataclass(frozen=True)
class Policy:
    """All packs of a folder.

    ``digest`` (SHA-256, hex) covers the contents: titles, attributes, values and pack files, not
    comments, layout or the folder's place.
    """

    packs: Mapping[str, PackFile]
    digest: str
    _items: Mapping[str, Mapping[str, Item]]
    _lineage: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Path) -> Policy:
        """Reads every pack below ``folder``.

        Raises ConfigurationError (PolicyError for what is wrong with a policy) with file, line
        and key.
        """
        packs: dict[str, PackFile] = {}
        places: dict[str, tuple[Path, Lines]] = {}
        items: dict[str, dict[str, Item]] = {}
        contents: dict[str, Any] = {}
        for pack_file in sorted(folder.glob(f"*/{PACK_FILE}")):
            name = pack_file.parent.name
            data, lines = read_yaml(pack_file)
            pack = _model(PackFile, data, pack_file, lines, ())
            if pack.pack != name:
                raise _error(
                    f"pack is {pack.pack!r} but its folder is {name!r}", pack_file, lines, "pack"
                )
            packs[name], places[name], items[name] = pack, (pack_file, lines), {}
            contents[f"{name}/{PACK_FILE}"] = data
            for path in sorted(pack_file.parent.rglob("*.yaml")):
                if path != pack_file:
                    stem = path.relative_to(pack_file.parent).with_suffix("").as_posix()
                    item_data, item_lines = read_yaml(path)
                    items[name][stem] = _read_item(name, stem, item_data, path, item_lines)
                    contents[f"{name}/{stem}"] = item_data
        if not packs:
            raise PolicyError(f"has no pack: expected <pack>/{PACK_FILE}", file=str(folder))
        lineage = {name: tuple(_ancestors(name, packs, places)) for name in packs}
        digest = hashlib.sha256(_canonical(contents).encode()).hexdigest()
        return cls(packs=packs, digest=digest, _items=items, _lineage=lineage)

    @property
    def lines(self) -> Iterator[Line]:
        """Every line of every pack."""
        for items in self._items.values():
            for item in items.values():
                for dated in item.values.values():
                    yield from dated

    def as_of(self, day: date) -> Policy:
        """The policy as it stands on a day, as if it had always been so.

        What an earlier month would have been under lines that begin later is asked of it; it keeps
        the names of the lines, and nobody loads it.
        """
        standing = {
            pack: {
                name: replace(
                    item,
                    values={
                        value: tuple(
                            replace(line, valid_from=date.min)
                            for line in [each for each in dated if each.valid_from <= day][-1:]
                        )
                        for value, dated in item.values.items()
                    },
                )
                for name, item in items.items()
            }
            for pack, items in self._items.items()
        }
        return replace(self, _items=standing)

    def lineage(self, pack: str) -> tuple[str, ...]:
        """The pack and the packs it extends, in the order in which they are asked."""
        try:
            return self._lineage[pack]
        except KeyError:
            known = ", ".join(sorted(self.packs))
            raise PolicyError(f"there is no policy pack {pack!r}; there are {known}") from None

    def items(self, pack: str, prefix: str = "") -> tuple[str, ...]:
        """Names of the items that a pack has itself or by extension, such as ``follow_ups/…``."""
        names = {name for parent in self.lineage(pack) for name in self._items[parent]}
        return tuple(sorted(name for name in names if name.startswith(prefix)))

    def attributes(self, pack: str, item: str) -> dict[str, Any]:
        """The undated attributes of an item; the pack's own beat those of packs it extends."""
        merged: dict[str, Any] = {}
        for parent in reversed(self.lineage(pack)):
            if item in self._items[parent]:
                merged |= self._items[parent][item].attributes
        return merged

    def file_of(self, pack: str, item: str) -> str | None:
        """The file in which the pack, or the nearest pack it extends, describes the item."""
        owners = (self._items[parent].get(item) for parent in self.lineage(pack))
        return next((owner.file for owner in owners if owner), None)

    def dates(self, pack: str, item: str) -> tuple[date, ...]:
        """The days on which any value of the item changes, in order."""
        found = {
            line.valid_from
            for parent in self.lineage(pack)
            if item in self._items[parent]
            for dated in self._items[parent][item].values.values()
            for line in dated
        }
        return tuple(sorted(found))

    def find(self, pack: str, item: str, name: str, day: date) -> Line | None:
        """As ``value``, but None where nothing is in force."""
        for parent in self.lineage(pack):
            known = self._items[parent].get(item)
            current = (
                [line for line in known.values.get(name, ()) if line.valid_from <= day]
                if known
                else []
            )
            if current:
                return current[-1]
        return None

    def value(self, pack: str, item: str, name: str, day: date, asker: str = "somebody") -> Line:
        """The line in force on ``day``; ``asker`` is named when there is none.

        Raises PolicyError for an unknown pack and for a value that neither the pack nor one of
        those it extends has on that day.
        """
        line = self.find(pack, item, name, day)
        if line is None:
            asked = " or ".join(self.lineage(pack))
            raise PolicyError(
                f"{asker} asks for {pack}/{item}/{name} as of {day}, and nothing is in force in "
                f"{asked}; add a line with that or an earlier date",
                file=self.file_of(pack, item),
                key=name,
            )
        return line


def _read_item(pack: str, item: str, data: object, path: Path, lines: Lines) -> Item:
    if not isinstance(data, dict):
        raise PolicyError("is not a mapping of names to values", file=str(path), line=1)
    attributes: dict[str, Any] = {}
    values: dict[str, tuple[Line, ...]] = {}
    for key, content in data.items():
        if not isinstance(content, dict) or set(content) <= {"zh", "en"}:
            attributes[str(key)] = content
            continue
        if not LINE_NAME.match(str(key)):
            raise _error(
                "a value's name has small letters, digits and _ only", path, lines, str(key)
            )
        if "values" not in content or not isinstance(content["values"], dict):
            raise _error(
                "is undated: give it `values:` with a date and a value on each line",
                path,
                lines,
                str(key),
            )
        values[str(key)] = _read_value(pack, item, str(key), data.get("rule"), content, path, lines)
    return Item(attributes=attributes, values=values, file=str(path))


def _read_value(
    pack: str, item: str, name: str, rule: object, content: dict[str, Any], path: Path, lines: Lines
) -> tuple[Line, ...]:
    value = _model(PolicyValue, content, path, lines, (name,))
    rule_id = value.rule or rule
    if not isinstance(rule_id, str) or not re.match(RULE_ID, rule_id):
        raise _error(
            "has no rule id: add `rule:` here or at the top of the file", path, lines, name
        )
    if len(value.values) != len(content["values"]):
        raise _error("the same date stands here twice", path, lines, name, "values")
    dated = []
    for day, raw in value.values.items():
        where = (name, "values", day.isoformat())
        try:
            typed = None if raw is None else UNITS[value.unit](raw)
        except ValueError as problem:
            raise _error(
                f"unit {value.unit} needs {problem}, not {raw!r}", path, lines, *where
            ) from None
        line_id = f"{pack}/{item}/{name}@{day.isoformat()}"
        dated.append(
            Line(
                line_id,
                typed,
                value.unit,
                rule_id,
                value.reference,
                day,
                pack,
                item,
                name,
                str(path),
                line_of(lines, where),
            )
        )
    return tuple(sorted(dated, key=lambda line: line.valid_from))


def _ancestors(
    name: str,
    packs: Mapping[str, PackFile],
    places: Mapping[str, tuple[Path, Lines]],
    way: tuple[str, ...] = (),
) -> list[str]:
    path, lines = places[(way or (name,))[-1]]
    if name not in packs:
        known = ", ".join(sorted(packs))
        raise _error(f"there is no pack {name!r}; there are {known}", path, lines, "extends")
    if name in way:
        raise _error("goes in a circle: " + " > ".join((*way, name)), path, lines, "extends")
    found: list[str] = []
    for parent in packs[name].extends:
        ancestors = _ancestors(parent, packs, places, (*way, name))
        # What several extend, such as the house, is asked after all of them.
        found = [earlier for earlier in found if earlier not in ancestors] + ancestors
    return [name, *found]


def _model(model: type[Any], data: object, path: Path, lines: Lines, above: tuple[str, ...]) -> Any:
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = (*above, *(str(part) for part in first["loc"] if part != "[key]"))
        raise _error(first["msg"], path, lines, *where) from None


def _error(message: str, path: Path, lines: Lines, *where: str) -> PolicyError:
    return PolicyError(
        message, file=str(path), line=line_of(lines, where), key=".".join(where) or None
    )


def _canonical(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value if isinstance(value, str | int | float | bool | None) else str(value)
