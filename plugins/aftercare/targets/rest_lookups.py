"""Looking records up in a CRM by our keys, and doing so as many at a time as it may be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote

from aftercare.sources.nested import found
from aftercare.targets.http_trouble import CallError
from aftercare.targets.protocol import Entity, Outcome
from aftercare.targets.rest_calls import Absent, Keys, RestCalls, between
from aftercare.targets.rest_mapping import RestMapping
from aftercare.targets.rest_pages import rows
from aftercare.targets.rest_requests import Find

NOBODY = "aftercare-check"
"""A key that no record has."""

Item = TypeVar("Item")
Done = TypeVar("Done")
There = dict[str, tuple[str, Any]]
"""The CRM's id and record of each key that it has."""


class AtOnce:
    """So many calls at a time; their threads, and with them the connections, are kept."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency

    def each(self, items: Sequence[Item], step: Callable[[Item], Done]) -> list[Done]:
        """The step for every item."""
        if len(items) < 2 or self._concurrency == 1:
            return [step(item) for item in items]
        return list(self._pool.map(step, items))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._concurrency)


class Lookups:
    """Asks a CRM for records by our keys."""

    def __init__(self, mapping: RestMapping, calls: RestCalls, at_once: AtOnce) -> None:
        self._mapping, self._calls, self._at_once = mapping, calls, at_once

    def find(self, find: Find, keys: Sequence[str]) -> tuple[There, dict[str, Outcome]]:
        """What the CRM has of the keys; and those of which it does not say whether it has them."""
        groups = _fitting(keys, find) if find.is_many else groups_of(keys, 1)
        answers = self._at_once.each(groups, lambda group: self._looked_up(find, group))
        there: There = {}
        failed: dict[str, Outcome] = {}
        for group, answer in zip(groups, answers, strict=True):
            if isinstance(answer, CallError):
                # Nothing was sent now, so it can be asked again later.
                failed |= {
                    key: Outcome(key, "retry", None, answer.text, answer.retry_after)
                    for key in group
                }
            else:
                there |= answer
        return there, failed

    def check(self, entity: Entity, find: Find) -> None:
        """ConfigurationError where a key is found that nobody has: the CRM ignores the condition, and a
        look-up would find somebody else's record."""
        if self._listed(find, [NOBODY]):
            text = "a key that no record has is found; the CRM does not take the condition so"
            raise self._mapping.wrong(text, entity, "find")

    def _looked_up(self, find: Find, group: Sequence[str]) -> There | CallError:
        """What the CRM has of a group of keys.

        An answer may be cut off at the size of the CRM's pages: what it lacks is asked for again, until
        an answer brings nothing more. A record counts only where its key is exactly ours.
        """
        there: There = {}
        missing = list(group)
        while missing:
            try:
                listed = self._listed(find, missing)
            except CallError as problem:
                return problem
            brought: There = {}
            for row in listed:
                key, crm_id = found(find.key, row), found(find.id, row)
                if isinstance(key, str) and key in missing and crm_id is not None:
                    brought.setdefault(key, (str(crm_id), row))
            if not brought:
                break
            there |= brought
            missing = [key for key in missing if key not in there]
        return there

    def _listed(self, find: Find, keys: Sequence[str]) -> list[Any]:
        """The records that one look-up lists."""
        values: Mapping[str, object] = {"keys": Keys(keys)} if find.is_many else {"key": keys[0]}
        try:
            return list(rows(self._calls, find, values))
        except Absent as problem:
            # "No such record", where the address is that of the record or the mapping says so; else the
            # address is wrong.
            if find.is_at_key or problem.is_named:
                return []
            raise


def _fitting(keys: Sequence[str], find: Find) -> list[Sequence[str]]:
    """The keys in groups that one look-up may ask for."""
    if find.longest is None:
        return groups_of(keys, find.most)
    groups: list[Sequence[str]] = []
    start = length = 0
    for number, key in enumerate(keys):
        own = len(quote(between("'", key), safe="")) + len(quote(","))
        if number > start and (number - start == find.most or length + own > find.longest):
            groups.append(keys[start:number])
            start, length = number, 0
        length += own
    return [*groups, keys[start:]] if keys else groups


def groups_of(keys: Sequence[str], size: int) -> list[Sequence[str]]:
    """The keys in groups of at most so many."""
    return [keys[start : start + size] for start in range(0, len(keys), size)]
