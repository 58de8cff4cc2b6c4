"""Contact data at rest: ciphertext for those who call, keyed hash for those who compare.

Encryption is AES-256-GCM with a random nonce; the hash is HMAC-SHA-256 over the normalised
value. The two kinds of keys are separate and each is a ring: the newest key writes, all keys
read. A key id of one byte stands in front of every ciphertext and hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aftercare.errors import ConfigurationError

KEY_BYTES = 32
NONCE_BYTES = 12


class Keyring:
    """Encryption and hash keys by id (1 to 255); the highest id of each kind writes.

    Raises ConfigurationError for an empty ring, an id out of range or a key of the wrong length.
    """

    def __init__(self, encryption: Mapping[int, bytes], hashing: Mapping[int, bytes]) -> None:
        for kind, ring in (("encryption", encryption), ("hashing", hashing)):
            if not ring:
                raise ConfigurationError(f"no {kind} key; run `aftercare keys new` to make a ring")
            for key_id, key in ring.items():
                if not 1 <= key_id <= 255 or len(key) != KEY_BYTES:
                    raise ConfigurationError(
                        f"{kind} key {key_id}: ids run from 1 to 255 and keys have {KEY_BYTES} bytes"
                    )
        self._ciphers = {key_id: AESGCM(key) for key_id, key in encryption.items()}
        self._write_id = max(encryption)
        self._write_cipher = self._ciphers[self._write_id]
        self._hash_keys = dict(hashing)
        self._hash_id = max(hashing)
        self._hash_key = hashing[self._hash_id]

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

    def encrypt(self, value: str) -> bytes:
        """Ciphertext of a value: key id, nonce, sealed text."""
        nonce = os.urandom(NONCE_BYTES)
        return (
            bytes((self._write_id,))
            + nonce
            + self._write_cipher.encrypt(nonce, value.encode(), None)
        )

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
        digest = hmac.digest(self._hash_key, value.encode(), "sha256")
        return bytes((self._hash_id,)) + digest[:16]

    def hash_row(self, values: Iterable[object]) -> bytes:
        """Keyed hash of a row's values in order; None and '' differ."""
        parts = "\x1f".join("\x00" if value is None else str(value) for value in values)
        return hashlib.blake2b(parts.encode(), key=self._hash_key, digest_size=16).digest()


def new_keyring_json() -> str:
    """A fresh ring with one key of each kind, in the form that Keyring.from_json reads."""

    def ring() -> dict[str, str]:
        return {"1": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}

    return json.dumps({"encryption": ring(), "hashing": ring()})


def mask(value: str | None, keep: int = 2) -> str:
    """Shows the last ``keep`` characters of a value at most, and never more than a quarter of it."""
    if not value:
        return ""
    kept = min(keep, len(value) // 4)
    return "*" * (len(value) - kept) + (value[len(value) - kept :] if kept else "")
