"""Which keys write and which may go: a new one takes over by a rotation, and one in use is never missing."""

import json

import pytest
from sqlalchemy import text

from aftercare.errors import ConfigurationError, Fatal, Retriable
from aftercare.key_registry import in_use
from aftercare.protected import OTHER
from aftercare.protection import Keyring, add_key, new_keyring_json
from aftercare.stages.keys import rotate, status


def without(ring: str, kind: str, key_id: str) -> str:
    rings = json.loads(ring)
    del rings[kind][key_id]
    return json.dumps(rings)


@pytest.fixture
def rings() -> tuple[str, str]:
    """A ring, and the same with one more key of encryption."""
    first = new_keyring_json()
    return first, add_key(first, "encryption")


def test_a_new_key_in_the_ring_does_not_write_before_it_takes_over(warehouse, rings):
    old, new = map(Keyring.from_json, rings)
    in_use(warehouse, old)
    assert in_use(warehouse, new).encryption_id == 1
    assert rotate(warehouse, new).begun == {"encryption": 2}
    assert in_use(warehouse, new).encryption_id == 2


def test_a_ring_without_the_key_that_writes_is_refused(warehouse, rings):
    old, new = map(Keyring.from_json, rings)
    in_use(warehouse, old)
    rotate(warehouse, new)
    with pytest.raises(ConfigurationError, match="lacks encryption key 2, which is in use"):
        in_use(warehouse, old)


def test_a_key_that_is_still_in_use_may_not_leave_the_ring(warehouse, rings):
    new = Keyring.from_json(rings[1])
    in_use(warehouse, Keyring.from_json(rings[0]))
    with pytest.raises(ConfigurationError, match="lacks encryption key 1"):
        in_use(warehouse, Keyring.from_json(without(rings[1], "encryption", "1")))
    assert rotate(warehouse, new).retired == (1,)
    in_use(warehouse, Keyring.from_json(without(rings[1], "encryption", "1")))


def test_another_key_under_a_known_number_is_refused(warehouse, rings):
    in_use(warehouse, Keyring.from_json(rings[0]))
    with pytest.raises(ConfigurationError, match="not the one"):
        in_use(warehouse, Keyring.from_json(new_keyring_json()))


def test_a_rotation_with_nothing_to_do_does_nothing(warehouse, rings):
    keyring = Keyring.from_json(rings[0])
    done = rotate(warehouse, keyring)
    assert (done.begun, done.renewed, done.retired) == ({}, {}, ())


def test_one_rotation_at_a_time(warehouse, rings):
    with warehouse.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.execute(text("select pg_advisory_lock(5110, 1)"))
        with pytest.raises(Fatal, match="another rotation"):
            rotate(warehouse, Keyring.from_json(rings[0]))
        other.execute(text("select pg_advisory_unlock(5110, 1)"))
    rotate(warehouse, Keyring.from_json(rings[0]))


def test_a_rotation_that_finds_no_gap_says_so_and_changes_nothing(warehouse, rings):
    old, new = map(Keyring.from_json, rings)
    in_use(warehouse, old)
    from aftercare.warehouse import at_work

    with at_work(warehouse), pytest.raises(Retriable, match="at work"):
        rotate(warehouse, new, patience=0)
    assert in_use(warehouse, new).encryption_id == 1


def test_status_counts_values_by_key_and_tells_unknown_ones(warehouse, rings):
    keyring = Keyring.from_json(rings[1])
    with warehouse.begin() as connection:
        for number, (cipher, digest) in enumerate(
            ((b"\x01", b"\x01" + bytes(16)), (b"\x02", bytes(16)), (b"\x09", None))
        ):
            connection.execute(
                text(
                    "insert into core.employee (employee_no, name, mobile_cipher, mobile_hash) "
                    "values (:no, 'x', :cipher, :digest)"
                ),
                {"no": str(number), "cipher": cipher + bytes(30), "digest": digest},
            )
    tables = status(warehouse, keyring)["tables"]
    assert tables == {
        "core.employee": {"encryption": {1: 1, 2: 1, OTHER: 1}, "hashing": {1: 2, OTHER: 0}}
    }
