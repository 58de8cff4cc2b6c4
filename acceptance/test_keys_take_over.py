"""Keys change on a filled warehouse while nights run, and the change is killed on its way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import whole_group
from frozen_warehouse import NEXT, NIGHTS, Frozen, sample
from sqlalchemy import text

from aftercare import runs, warehouse
from aftercare.errors import ConfigurationError
from aftercare.protected import protected_tables
from aftercare.protection import Keyring, add_key
from aftercare.settings import PROJECT
from aftercare.stages.keys import status

BASE = "keys_base"
ROTATE = """
import os
from aftercare.protection import Keyring
from aftercare.stages.keys import rotate
from aftercare.warehouse import connect
rotate(
    connect(os.environ["WAREHOUSE_URL"]),
    Keyring.from_json(os.environ["RING"]),
    say=lambda words: print(words, flush=True),
)
"""


@pytest.fixture(scope="module")
def frozen(postgres: Any) -> Iterator[Frozen]:
    """The first version's warehouse, upgraded, as a template."""
    found = Frozen.read(PROJECT / "tests" / "migrations" / "data" / "0001.zip")
    postgres.create_database(BASE)
    engine = warehouse.connect(postgres.url(BASE))
    found.thaw(engine)
    warehouse.migrate(engine)
    engine.dispose()
    yield found
    postgres.drop_database(BASE)


@contextmanager
def filled_group(
    postgres: Any, frozen: Frozen, folder: Path
) -> Iterator[tuple[whole_group.Group, pytest.MonkeyPatch]]:
    """The group with its filled warehouse; its dealer systems have come to the night to be run."""
    with whole_group.whole_group(postgres, BASE, folder, sample(), NIGHTS[0]) as (group, patch):
        use_ring(patch, frozen.keyring)
        patch.setenv("AFTERCARE_TODAY", str(NEXT + timedelta(days=1)))
        for day in (*NIGHTS[1:], NEXT):
            group.advance(day)
        yield group, patch


def use_ring(patch: pytest.MonkeyPatch, ring: str) -> None:
    patch.setenv(
        "AIRFLOW_CONN_AFTERCARE_KEYS", json.dumps({"conn_type": "generic", "password": ring})
    )


def finish_night(group: whole_group.Group, systems: list[str]) -> None:
    """The steps of a night after its systems were read."""
    settle(group, systems)
    group.counts["tasks"] = runs.make_tasks(str(NEXT))
    for target in runs.open_delivery(str(NEXT)):
        group.counts["push", target] = runs.push(str(NEXT), target)
    group.counts["morning"] = runs.morning(str(NEXT))


def settle(group: whole_group.Group, systems: list[str]) -> None:
    for system in systems:
        group.counts["settle", system] = runs.settle(str(NEXT), system)


def read(systems: list[str]) -> None:
    for system in systems:
        runs.pull(str(NEXT), system)


DEALERS = ["heyuan_dms", "skoda_export"]
RENEWED_FIRST = "lock table staging.call_result in exclusive mode"
OLD_ROWS = "select 1 from staging.sales_order where load_id = 3 for update"
PEOPLE = """
    select customer_id, kind, merged_into
    from core.customer order by customer_id
"""
ACKNOWLEDGED = """
    select target, entity, external_key, acknowledged_version, is_withdrawn
    from outbound.ledger order by 1, 2, 3
"""
TASKS = """
    select task_key, status, status_reason, version, owner_no, changed_day
    from care.follow_up_task order by task_key
"""
CASES = "select system, feed, business_key, state from quality.quarantine order by 1, 2, 3, row_id"


def what_came_of_it(group: whole_group.Group) -> dict[str, Any]:
    """All that must not depend on keys."""
    return {
        # How long a push took is not of the keys.
        "counts": {
            step: {name: figure for name, figure in counts.items() if name != "run"}
            for step, counts in group.counts.items()
        },
        **{name: group.rows(name) for name in (PEOPLE, ACKNOWLEDGED, TASKS, CASES)},
    }


def test_a_night_between_old_and_new_keys_is_the_night_that_it_would_have_been(
    postgres: Any, frozen: Frozen, tmp_path: Path
):
    with filled_group(postgres, frozen, tmp_path / "undisturbed") as (group, _):
        systems = runs.open_night(str(NEXT))
        read(systems)
        finish_night(group, systems)
        undisturbed = what_came_of_it(group)

    with filled_group(postgres, frozen, tmp_path / "rotated") as (group, patch):
        read(runs.open_night(str(NEXT)))
        ring = add_key(add_key(frozen.keyring, "encryption"), "hashing")
        use_ring(patch, ring)

        with at_a_step(group), rotation(group, ring) as waits:
            until(waits, "waiting for the steps")
            kill(waits)
        assert writing(group) == {"encryption": 1, "hashing": 1}

        with held(group, RENEWED_FIRST), rotation(group, ring) as breaks_off:
            until(breaks_off, "hashing key 2 writes from now on")
            assert left(group, ring)["hashing"] > 0
            settle(group, DEALERS)
            kill(breaks_off)
        assert writing(group) == {"encryption": 2, "hashing": 2}

        with held(group, OLD_ROWS), rotation(group, ring) as breaks_off:
            until(breaks_off, "core.repair_order")
            kill(breaks_off)
        assert left(group, ring)["encryption"] > 0

        with held(group, OLD_ROWS), rotation(group, ring) as goes_on:
            finish_night(group, [name for name in systems if name not in DEALERS])
            assert goes_on.poll() is None
            assert what_came_of_it(group) == undisturbed
        with goes_on:
            assert goes_on.wait() == 0
        assert left(group, ring) == {"encryption": 0, "hashing": 0}
        assert_same_values_have_same_hashes(group, ring)

        state = group.state()
        again = len(group.mailbox.mails())
        group.night(NEXT)
        assert group.counts["tasks", str(NEXT)]["changed"] == 0
        assert group.counts["push", str(NEXT), "workbook"]["changed"] == 0
        assert len(group.mailbox.mails()) == again
        assert group.state() == state

        use_ring(patch, without(without(ring, "encryption", "1"), "hashing", "1"))
        with pytest.raises(ConfigurationError, match="lacks hashing key 1"):
            runs.make_tasks(str(NEXT))
        use_ring(patch, without(ring, "encryption", "1"))
        assert runs.make_tasks(str(NEXT))["changed"] == 0


@contextmanager
def rotation(group: whole_group.Group, ring: str) -> Iterator["subprocess.Popen[str]"]:
    """A rotation in a process of its own; it goes on when the block ends."""
    yield subprocess.Popen(
        [sys.executable, "-c", ROTATE],
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT / "plugins"),
            "WAREHOUSE_URL": group.engine.url.render_as_string(hide_password=False),
            "RING": ring,
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def until(process: "subprocess.Popen[str]", words: str) -> None:
    """Reads what a process says up to a line with some words."""
    assert process.stdout is not None
    assert any(words in line for line in process.stdout), words


def kill(process: "subprocess.Popen[str]") -> None:
    with process:
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


@contextmanager
def at_a_step(group: whole_group.Group) -> Iterator[None]:
    with warehouse.at_work(group.engine):
        yield


@contextmanager
def held(group: whole_group.Group, statement: str) -> Iterator[None]:
    """Somebody else holds what a rotation has to renew, so that it cannot get further."""
    with group.engine.begin() as connection:
        connection.execute(text(statement))
        yield


def writing(group: whole_group.Group) -> dict[str, int]:
    rows = group.rows("select kind, key_id from ops.protection_key where state = 'writing'")
    return {row["kind"]: row["key_id"] for row in rows}


def left(group: whole_group.Group, ring: str) -> dict[str, int]:
    """Values by kind that not the newest key wrote."""
    tables = status(group.engine, Keyring.from_json(ring))["tables"].values()
    return {
        kind: sum(
            number
            for table in tables
            for key_id, number in table.get(kind, {}).items()
            if key_id != newest
        )
        for kind, newest in (("encryption", 2), ("hashing", 2))
    }


def assert_same_values_have_same_hashes(group: whole_group.Group, ring: str) -> None:
    """Every hash is that of the value beside it, opened with the new key alone."""
    keyring = Keyring.from_json(without(ring, "encryption", "1"))
    opened = 0
    with group.engine.connect() as connection:
        for table in protected_tables(connection):
            pairs = [name.removesuffix("_cipher") for name in table.ciphers]
            for row in group.rows(f"select * from {table.full_name}"):  # noqa: S608
                for name in pairs:
                    if row[f"{name}_cipher"] is not None:
                        opened += 1
                        value = keyring.decrypt(row[f"{name}_cipher"])
                        assert keyring.hash(value) == row[f"{name}_hash"]
    assert opened > 1_000


def without(ring: str, kind: str, key_id: str) -> str:
    rings = json.loads(ring)
    del rings[kind][key_id]
    return json.dumps(rings)
