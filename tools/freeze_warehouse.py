"""Keeps a warehouse of the version at hand, with data, for the tests of later upgrades.

Run it once when a version is released, with that version's code and environment:
``python tools/freeze_warehouse.py`` writes ``tests/migrations/data/<version>.zip``. Files of earlier
versions are never written again: they are what earlier code really wrote.
"""

import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "plugins"), str(PROJECT / "tests" / "fixtures")]

from frozen_warehouse import freeze  # noqa: E402

from aftercare.migrations.versions import newest  # noqa: E402


def main() -> int:
    """Writes the file, unless there is one."""
    target = PROJECT / "tests" / "migrations" / "data" / f"{newest()}.zip"
    if target.exists():
        print(f"{target} is there already and stays as it is", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for table, rows in freeze(Path(folder), target).items():
            print(f"{table}\t{rows}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
