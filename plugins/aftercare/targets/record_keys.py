"""Keys of records: a task that comes onto the list again is another record there, `CA01.S4-03.SO1#2`.

What staff finished, or what left their list, stays as they left it; the next call is a record of its own, and
what is said of it is another attempt. The first has the task's own key.
"""

from __future__ import annotations

import re

_NUMBERED = re.compile(r"(.+)#([2-9]|[1-9]\d+)")


def record_key(task_key: str, number: int) -> str:
    """The key of a task's record of that number, from 1."""
    return task_key if number == 1 else f"{task_key}#{number}"


def task_of(key: str) -> tuple[str, int]:
    """The task of a record, and the record's number."""
    found = _NUMBERED.fullmatch(key)
    return (found[1], int(found[2])) if found else (key, 1)
