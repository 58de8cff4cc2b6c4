"""Pages of Great Expectations whose templates are compiled once a process.

The library makes the templates of a page anew for every site that it builds, and each load has a
site of its own: that took longer than counting. Named in the site's settings, so imported with it.
"""

from __future__ import annotations

from typing import Any

from great_expectations.render.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class _Kept(BytecodeCache):
    """Compiled templates in memory; a template that differs is compiled again."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Takes what was compiled before."""
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what was compiled."""
        self._codes[bucket.key] = bucket.bytecode_to_string()


_KEPT = _Kept()


class PageView(DefaultJinjaPageView):
    """The page of a load or a suite."""

    def __init__(self, **folders: Any) -> None:
        super().__init__(**folders)
        self.env.bytecode_cache = _KEPT


class IndexView(DefaultJinjaIndexPageView):
    """The index of a site."""

    def __init__(self, **folders: Any) -> None:
        super().__init__(**folders)
        self.env.bytecode_cache = _KEPT
