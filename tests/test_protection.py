"""Ciphertext and hashes across changes of keys."""

import json

import pytest

from aftercare.errors import ConfigurationError
from aftercare.protection import Keyring, add_key, mask, new_keyring_json

FIRST = new_keyring_json()
PHONE = "13800001234"


def ring(*kinds: str) -> Keyring:
    """The first ring after keys of some kinds were added, one by one."""
    return Keyring.from_json(_added(kinds))


def _added(kinds: tuple[str, ...]) -> str:
    if kinds not in _made:
        _made[kinds] = add_key(_added(kinds[:-1]), kinds[-1])
    return _made[kinds]


_made: dict[tuple[str, ...], str] = {(): FIRST}


def test_old_ciphertext_opens_with_a_new_ring_and_new_ciphertext_needs_it():
    old, new = ring(), ring("encryption")
    sealed = old.encrypt(PHONE)
    assert new.decrypt(sealed) == PHONE
    assert not new.is_sealed_anew(sealed)
    assert new.is_sealed_anew(new.encrypt(PHONE))
    with pytest.raises(ConfigurationError, match="aftercare_keys"):
        old.decrypt(new.encrypt(PHONE))


def test_an_encryption_key_changes_no_hash():
    assert ring("encryption").hash(PHONE) == ring().hash(PHONE)


@pytest.mark.parametrize("later", [("hashing",), ("hashing", "hashing")])
def test_a_stored_hash_becomes_what_the_value_is_hashed_to_now(later: tuple[str, ...]):
    old, new = ring(), ring(*later)
    row = (PHONE, None, 3)
    assert new.newest_hash(old.hash(PHONE)) == new.hash(PHONE) != old.hash(PHONE)
    assert new.newest_hash(old.hash_row(row)) == new.hash_row(row) != old.hash_row(row)
    assert new.newest_hash(new.hash(PHONE)) == new.hash(PHONE)
    assert new.newest_hash(b"") == b""


def test_hashes_made_by_the_first_key_alone_are_those_of_the_first_version():
    keyring = Keyring({1: b"e" * 32}, {1: b"h" * 32})
    assert keyring.hash("x").hex() == "01a7c64f412472d23b7bb2281564c46cc7"
    assert keyring.hash_row(("x", None, 3)).hex() == "dd4b8071b550148eb6583f0f1b4d4dae"


def test_a_hash_of_a_key_that_is_gone_is_refused_by_its_number():
    newer = Keyring.from_json(_without(_added(("hashing", "hashing")), "hashing", "2"))
    with pytest.raises(ConfigurationError, match="hashing key 2"):
        newer.newest_hash(ring("hashing").hash(PHONE))


def test_a_ring_writes_with_the_keys_that_the_warehouse_uses():
    newest, old = ring("encryption", "hashing"), ring()
    used = newest.using(1, (1,))
    assert used.hash(PHONE) == old.hash(PHONE)
    assert used.encrypt(PHONE)[0] == 1
    assert used.decrypt(newest.encrypt(PHONE)) == PHONE
    with pytest.raises(ConfigurationError, match="lacks key 3"):
        newest.using(1, (1, 3))


def test_fingerprints_tell_keys_from_one_another():
    same, other = Keyring.from_json(FIRST), Keyring.from_json(new_keyring_json())
    assert same.fingerprint("hashing", 1) == ring().fingerprint("hashing", 1)
    assert same.fingerprint("hashing", 1) != other.fingerprint("hashing", 1)
    assert same.fingerprint("hashing", 1) != same.fingerprint("encryption", 1)
    assert same.fingerprint("hashing", 2) is None


def test_a_full_ring_takes_no_further_key():
    rings = json.loads(FIRST)
    rings["hashing"] = {"255": rings["hashing"]["1"]}
    with pytest.raises(ConfigurationError, match="255"):
        add_key(json.dumps(rings), "hashing")


def test_a_mask_shows_a_quarter_at_most():
    assert mask(PHONE) == "*********34"
    assert mask("1234") == "***4"
    assert mask("abc") == "***"


def _without(text: str, kind: str, key_id: str) -> str:
    rings = json.loads(text)
    del rings[kind][key_id]
    return json.dumps(rings)
