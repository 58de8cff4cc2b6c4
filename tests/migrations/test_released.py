"""A migration that was released stays as it is: warehouses that ran it will not run it again."""

import hashlib
from pathlib import Path

from aftercare.settings import PROJECT

RELEASED = Path(__file__).parent / "data" / "released.sha256"
VERSIONS = PROJECT / "plugins" / "aftercare" / "migrations" / "versions"


def test_released_migrations_are_not_edited():
    for line in RELEASED.read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        found = hashlib.sha256((VERSIONS / name).read_bytes()).hexdigest()
        assert found == digest, f"{name} was released: say the change in a migration of its own"
