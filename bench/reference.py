"""The yardstick of the pull: what one would write by hand for this one table, and nothing more.

It reads the made-up dealer system's repair orders with the driver itself, a block at a time, knows
how this system writes each column, and does the same work as the pull: canonical values, checks of
VINs, plates and phones, AES-GCM and keyed hashes of contact data, a keyed hash of the row, and one
COPY. The benchmark compares its rows with the pull's, so neither leaves anything out.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pymysql
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from pymysql.cursors import SSCursor
from sqlalchemy.engine import URL

from aftercare.warehouse import statement

BLOCK_ROWS = 5_000
OFFSET = timedelta(hours=8)
RO_TYPES = {12531001: "repair", 12531002: "pre_delivery", 12531003: "rework", 12531004: "warranty"}
REPAIR_TYPES = {"M": "maintenance", "G": "mechanical", "B": "bodywork", "T": "tyre", "Z": "other"}
STATUSES = {
    12551001: "open",
    12551005: "submitted",
    12551010: "settled",
    12551090: "cancelled",
}
VOID = {1: "True", 0: "False"}
YES_NO = {12781001: "True", 12781002: "False"}
OWNERS = {11901001: "person", 11901002: "company"}
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{9,14}|[2-8]\d{6,7}|[48]00\d{7}")
PLATE = re.compile(r"[\u4e00-\u9fff][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}")
VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
VIN_VALUES = dict(zip(VIN_LETTERS, map(int, "123456781234579234567890123456789"), strict=True))
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


class Reference:
    """Copies repair orders with one encryption and one hash key."""

    def __init__(self, encryption_key: bytes, hash_key: bytes) -> None:
        self._seal = AESGCM(encryption_key).encrypt
        self._hash = HMAC(hash_key, SHA256())
        self._row = hashlib.blake2b(key=hash_key, digest_size=16)

    def copy(self, source: URL, warehouse: URL, load_id: int) -> int:
        """Copies the whole table to a load; the number of rows."""
        copied = 0
        with (
            _blocks(source) as blocks,
            psycopg.connect(_address(warehouse)) as connection,
            connection.cursor() as cursor,
            cursor.copy(statement("bench/copy_repair_orders").text.encode()) as copy,
        ):
            for block in blocks:
                lines = [
                    self._line(row, load_id, row_id) for row_id, row in enumerate(block, copied + 1)
                ]
                copy.write("".join(lines))
                copied += len(lines)
        return copied

    def _line(self, row: Sequence[Any], load_id: int, row_id: int) -> str:
        (
            number,
            store_code,
            ro_no,
            settlement_no,
            previous_no,
            ro_type,
            repair_type,
            status,
            void,
            opened,
            completed,
            settled,
            delivered,
            km_in,
            km_out,
            replaced,
            vin,
            model,
            advisor,
            technician,
            owner_kind,
            amount,
            plate,
            deliverer_name,
            deliverer_phone,
            owner_name,
            owner_phone,
            updated,
        ) = row
        clear_plate, plate_check = _plate(plate)
        phone, phone_check = _phone(deliverer_phone)
        other_phone, other_check = _phone(owner_phone)
        deliverer, owner = _name(deliverer_name), _name(owner_name)
        vin = vin.strip().upper() if vin else None
        values = (
            store_code,
            ro_no,
            settlement_no,
            previous_no,
            RO_TYPES[ro_type],
            REPAIR_TYPES[repair_type],
            STATUSES[status],
            VOID[void],
            _text_time(opened),
            _time(completed),
            _time(settled),
            _text_time(delivered),
            _whole(km_in),
            _whole(km_out),
            YES_NO[replaced],
            vin,
            model,
            advisor,
            technician,
            OWNERS[owner_kind],
            None if amount is None else str(amount.normalize() + 0),
            clear_plate,
            deliverer,
            phone,
            owner,
            other_phone,
        )
        digest = self._row.copy()
        digest.update("\x1f".join(["\0" if v is None else v for v in values]).encode())
        stored = [_written(v) for v in values[:21]]
        return "\t".join(
            (
                str(load_id),
                str(row_id),
                f"tt_repair_order:{number}",
                "\\\\x" + digest.hexdigest(),
                _time(updated) or "",
                "\\N",
                *stored[:16],
                _vin_check(vin),
                *stored[16:],
                self._sealed(clear_plate),
                plate_check,
                self._sealed(deliverer),
                "valid" if deliverer else "missing",
                self._sealed(phone),
                phone_check,
                self._sealed(owner),
                "valid" if owner else "missing",
                self._sealed(other_phone),
                other_check + "\n",
            )
        )

    def _sealed(self, value: str | None) -> str:
        """Cipher and hash, as two cells."""
        if value is None:
            return "\\N\t\\N"
        clear, nonce = value.encode(), os.urandom(12)
        digest = self._hash.copy()
        digest.update(clear)
        cipher = (nonce + self._seal(nonce, clear, None)).hex()
        return f"\\\\x01{cipher}\t\\\\x01{digest.finalize()[:16].hex()}"


@contextmanager
def _blocks(source: URL) -> Iterator[Iterator[Sequence[Any]]]:
    query = statement("bench/read_repair_orders").text
    cursor: Any
    if source.get_backend_name() == "postgresql":
        with (
            psycopg.connect(_address(source)) as connection,
            connection.cursor(name="orders") as cursor,
        ):
            cursor.execute(query.encode())
            yield iter(lambda: cursor.fetchmany(BLOCK_ROWS), [])
        return
    opened = pymysql.connect(
        host=source.host or "",
        port=source.port or 3306,
        user=source.username,
        password=source.password or "",
        database=source.database,
    )
    with closing(opened), opened.cursor(SSCursor) as cursor:
        cursor.execute(query)
        yield iter(lambda: cursor.fetchmany(BLOCK_ROWS), ())


def _address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _written(value: str | None) -> str:
    if value is None:
        return "\\N"
    if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
        return (
            value.replace("\\", "\\\\")
            .replace("\t", "\\t")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        )
    return value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else str((moment - OFFSET).replace(tzinfo=UTC))


def _text_time(written: str | None) -> str | None:
    return _time(datetime.fromisoformat(written.replace("/", "-"))) if written else None


def _whole(written: str | None) -> str | None:
    if written is None or (written.isascii() and written.isdecimal()):
        return written
    return unicodedata.normalize("NFKC", written).replace(",", "").strip()


def _name(written: str | None) -> str | None:
    return " ".join(written.split()) if written else None


def _plate(written: str | None) -> tuple[str | None, str]:
    if not written:
        return None, "missing"
    plate = written.replace("·", "").replace(" ", "").upper()
    return plate, "valid" if PLATE.fullmatch(plate) else "malformed"


def _phone(written: str | None) -> tuple[str | None, str]:
    if not written:
        return None, "missing"
    number = unicodedata.normalize("NFKC", written).replace("-", "").replace(" ", "")
    if MOBILE.fullmatch(number):
        return number, "valid"
    if LANDLINE.fullmatch(number):
        return number, "landline"
    if not number.isdigit():
        return number, "not_a_number"
    if len(number) != 11:
        return number, "too_short" if len(number) < 11 else "too_long"
    return number, "bad_prefix"


def _vin_check(vin: str | None) -> str:
    if not vin:
        return "missing"
    if len(vin) != 17:
        return "length"
    if not VIN.fullmatch(vin):
        return "characters"
    total = 0
    for letter, weight in zip(vin, VIN_WEIGHTS, strict=True):
        total += VIN_VALUES[letter] * weight
    return "valid" if vin[8] == "0123456789X"[total % 11] else "check_digit"
