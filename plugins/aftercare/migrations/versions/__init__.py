"""One module a version, named by its number."""

from functools import cache
from pathlib import Path


@cache
def newest() -> str:
    """The number of the newest version that this code knows."""
    return max(path.name[:4] for path in Path(__file__).parent.glob("[0-9]*.py"))
