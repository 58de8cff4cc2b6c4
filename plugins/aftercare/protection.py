"""Contact data at rest: ciphertext for those who call, keyed hash for those who compare.

Encryption is AES-256-GCM with a random nonce; the hash is HMAC-SHA-256 over the normalised
value. The two kinds of keys are separate and each is a ring. The newest encryption key writes, all
read. Hash keys form a chain: the first hashes the value, each later one hashes what the one before
gave. So a stored hash is brought up to a new key without the value, and two equal values stay equal.

The id of the newest key, one byte, stands in front of every ciphertext and hash; a row's hash made
with the first key alone carries none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from aftercare.errors import ConfigurationError

KEY_BYTES = 32
NONCE_BYTES = 12
HASH_BYTES = 16
FINGERPRINT_BYTES = 8
MOST_KEY_ID = 255

Kind = Literal["encryption", "hashing"]
KINDS: tuple[Kind, ...] = ("encryption", "hashing")

NOTHING = "\x00"
"""What stands for None in the hash of a row."""


class Keyring:
    """Encryption and hash keys by id (1 to 255).

    ``writing`` is the id of the encryption key that writes, the highest one if not told.

    Raises ConfigurationError for an empty ring, an id out of range or a key of the wrong length.
    """

    def __init__(
        self,
        encryption: Mapping[int, bytes],
        hashing: Mapping[int, bytes],
        writing: int | None = None,
    ) -> None:
        for kind, ring in (("encryption", encryption), ("hashing", hashing)):
            if not ring:
                raise ConfigurationError(f"no {kind} key; run `aftercare keys new` to make a ring")
            for key_id, key in ring.items():
                if not 1 <= key_id <= MOST_KEY_ID or len(key) != KEY_BYTES:
                    raise ConfigurationError(
                        f"{kind} key {key_id}: ids run from 1 to {MOST_KEY_ID} and keys have {KEY_BYTES} bytes"
                    )
        self.encryption_id = max(encryption) if writing is None else writing
        self.hash_ids = tuple(sorted(hashing))
        self._encryption, self._hashing = dict(encryption), dict(hashing)
        self._ciphers = {key_id: AESGCM(key) for key_id, key in encryption.items()}
        self._write_cipher = self._ciphers[self.encryption_id]
        self._hash_key, *self._later_keys = (hashing[key_id] for key_id in self.hash_ids)
        # The key is taken in once, and each value goes into a copy.
        self._value_hash = HMAC(self._hash_key, SHA256())
        self._row_hash = hashlib.blake2b(key=self._hash_key, digest_size=HASH_BYTES)
        self._hash_head = bytes((self.hash_ids[-1],))
        self._row_head = self._hash_head if self._later_keys else b""

    @classmethod
    def from_json(cls, text: str) -> Keyring:
        """Reads ``{"encryption": {"1": base64}, "hashing": {"1": base64}}``."""
        try:
            rings = json.loads(text)
            encryption, hashing = (
                {
                    int(key_id): base64.b64decode(key, validate=True)
                    for key_id, key in rings[kind].items()
                }
                for kind in ("encryption", "hashing")
            )
        except (ValueError, KeyError, AttributeError, TypeError):
            raise ConfigurationError(
                "the key ring is not readable; run `aftercare keys new` to see its form"
            ) from None
        return cls(encryption, hashing)

    @property
    def encryption_ids(self) -> tuple[int, ...]:
        """Ids of the encryption keys, the oldest first."""
        return tuple(sorted(self._encryption))

    def fingerprint(self, kind: Kind, key_id: int) -> bytes | None:
        """Tells the ``encryption`` or ``hashing`` key of an id from any other, without showing it.

        None when the ring has no such key.
        """
        key = (self._encryption if kind == "encryption" else self._hashing).get(key_id)
        if key is None:
            return None
        return hmac.digest(key, f"aftercare {kind}".encode(), "sha256")[:FINGERPRINT_BYTES]

    def using(self, encryption_id: int, hash_ids: Iterable[int]) -> Keyring:
        """This ring, writing with an older encryption key and hashing with some keys only.

        Raises ConfigurationError when the ring lacks one of them.
        """
        try:
            hashing = {key_id: self._hashing[key_id] for key_id in hash_ids}
            return Keyring(self._encryption, hashing, encryption_id)
        except KeyError as missing:
            raise ConfigurationError(f"the key ring lacks key {missing.args[0]}") from None

    def encrypt(self, value: str) -> bytes:
        """Ciphertext of a value: key id, nonce, sealed text."""
        (cipher,) = self.encrypt_all([value])
        if cipher is None:
            raise TypeError("nothing cannot be encrypted")
        return cipher

    def encrypt_all(self, values: Sequence[str | None]) -> list[bytes | None]:
        """Ciphertexts of values, None for None."""
        seal, head = self._write_cipher.encrypt, bytes((self.encryption_id,))
        # One request for all nonces: a request costs as much as sealing a value.
        random = os.urandom(NONCE_BYTES * len(values))
        return [
            None
            if value is None
            else head + (nonce := random[at : at + NONCE_BYTES]) + seal(nonce, value.encode(), None)
            for at, value in zip(count(0, NONCE_BYTES), values, strict=False)
        ]

    def decrypt(self, cipher: bytes) -> str:
        """The value behind a ciphertext; ConfigurationError when its key is not in the ring."""
        try:
            opened = self._ciphers[cipher[0]].decrypt(
                cipher[1 : 1 + NONCE_BYTES], cipher[1 + NONCE_BYTES :], None
            )
        except (KeyError, InvalidTag, IndexError):
            raise ConfigurationError(
                "contact data cannot be opened with this key ring; "
                "add the key it was written with to the connection aftercare_keys"
            ) from None
        return opened.decode()

    def hash(self, value: str) -> bytes:
        """Keyed hash of one normalised value, for comparison without knowing it."""
        (digest,) = self.hash_all([value])
        if digest is None:
            raise TypeError("nothing has no hash")
        return digest

    def hash_all(self, values: Sequence[str | None]) -> list[bytes | None]:
        """Keyed hashes of values, None for None."""
        head, chained, later = self._hash_head, self._chained, self._later_keys
        begin = self._value_hash.copy
        hashes: list[bytes | None] = []
        for value in values:
            if value is None:
                hashes.append(None)
                continue
            digest = begin()
            digest.update(value.encode())
            hashes.append(head + chained(digest.finalize()[:HASH_BYTES], later))
        return hashes

    def hash_row(self, values: Iterable[object]) -> bytes:
        """Keyed hash of a row's values in order; None and '' differ."""
        (digest,) = self.hash_rows(
            [[NOTHING if value is None else str(value)] for value in values] or [[""]]
        )
        return digest

    def hash_rows(self, columns: Sequence[Sequence[str]]) -> list[bytes]:
        """`hash_row` of rows that are given by column, as texts; None is NOTHING."""
        head, chained, later = self._row_head, self._chained, self._later_keys
        begin = self._row_hash.copy
        hashes = []
        for row in zip(*columns, strict=True):
            digest = begin()
            digest.update("\x1f".join(row).encode())
            hashes.append(head + chained(digest.digest(), later))
        return hashes

    def is_sealed_anew(self, cipher: bytes) -> bool:
        """Whether a ciphertext was written with the key that writes now."""
        return cipher[0] == self.encryption_id

    def newest_hash(self, stored: bytes) -> bytes:
        """The hash that the same value or row gets today; nothing stays nothing.

        Raises ConfigurationError for a hash of a key that the ring lacks.
        """
        if not stored:
            return stored
        has_id = len(stored) > HASH_BYTES
        key_id, digest = (stored[0], stored[1:]) if has_id else (self.hash_ids[0], stored)
        if key_id not in self.hash_ids:
            raise ConfigurationError(
                f"a hash was made with hashing key {key_id}; put it back into the connection "
                "aftercare_keys"
            )
        if not self._later_keys:
            return stored
        later = self.hash_ids[self.hash_ids.index(key_id) + 1 :]
        return self._hash_head + self._chained(digest, [self._hashing[key] for key in later])

    @staticmethod
    def _chained(digest: bytes, keys: Iterable[bytes]) -> bytes:
        for key in keys:
            digest = hmac.digest(key, digest, "sha256")[:HASH_BYTES]
        return digest


def new_keyring_json() -> str:
    """A fresh ring with one key of each kind, in the form that Keyring.from_json reads."""
    return json.dumps({kind: {"1": _new_key()} for kind in KINDS})


def add_key(text: str, kind: Kind) -> str:
    """A ring, in the form that Keyring.from_json reads, with one more key of a kind.

    Raises ConfigurationError where the ring is not readable or all ids are taken.
    """
    Keyring.from_json(text)
    rings = json.loads(text)
    newest = max(map(int, rings[kind]))
    if newest == MOST_KEY_ID:
        raise ConfigurationError(f"{kind} key {MOST_KEY_ID} is the last one that a ring can hold")
    rings[kind][str(newest + 1)] = _new_key()
    return json.dumps(rings)


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def mask(value: str | None, keep: int = 2) -> str:
    """Shows the last ``keep`` characters of a value at most, and never more than a quarter of it."""
    if not value:
        return ""
    kept = min(keep, len(value) // 4)
    return "*" * (len(value) - kept) + (value[len(value) - kept :] if kept else "")
