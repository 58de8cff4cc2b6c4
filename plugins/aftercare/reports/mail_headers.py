"""Mails with ready headers: what thousands of messages of one night have in common is read once.

The standard library makes a class for every header it is given, and reads each header of a part
anew whenever one parameter of it is set; most of the time of a short mail goes there.
"""

from __future__ import annotations

from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import SMTP
from functools import lru_cache
from typing import Any

_OF_PARTS = frozenset({"content-type", "content-transfer-encoding", "mime-version"})
"""Headers that say the same in most messages; they name nobody, so that keeping them keeps nothing of a person."""

_KEPT = 256
"""As many headers of parts as are kept; each message's boundary passes through."""


class _ReadHeaders(HeaderRegistry):
    """Headers as the standard library reads them; equal headers of parts are one."""

    def __init__(self) -> None:
        super().__init__()
        self._classes: dict[str, type[BaseHeader]] = {}
        self._read = lru_cache(_KEPT)(super().__call__)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        key = name.lower()
        if key not in self._classes:
            self._classes[key] = super().__getitem__(name)
        return self._classes[key]

    def __call__(self, name: str, value: Any) -> BaseHeader:
        if name.lower() in _OF_PARTS:
            return self._read(name, value)
        return self[name](name, value)


MAIL_POLICY = SMTP.clone(header_factory=_ReadHeaders())
"""``email.policy.SMTP``, byte for byte."""
