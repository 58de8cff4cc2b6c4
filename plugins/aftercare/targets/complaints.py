"""Complaints of dealer systems as they leave the house: whose, about which vehicle, how far, and with whom.

What somebody wrote down about a complaint goes to the target and nowhere else; that it is a text from outside
is each target's business.
"""

from __future__ import annotations

from datetime import date, tzinfo

from sqlalchemy import RowMapping

from aftercare.protection import Keyring
from aftercare.settings import Language
from aftercare.targets.protocol import Record
from aftercare.targets.rendering import contact_key, opened
from aftercare.words import VERDICTS, Pair, Words, say, word

STATES: Words = {
    "registered": ("已登记", "registered"),
    "acknowledged": ("已响应", "acknowledged"),
    "dispatched": ("已下发", "with who is responsible"),
    "solved": ("已处理", "solved"),
    "closed": ("已关闭", "closed"),
}
"""How far a complaint is, from the last step whose time is known."""

TITLE: Pair = ("投诉 {number}", "complaint {number}")
DELETED: Pair = ("经销商系统中已删除", "it was deleted in the dealer system")
ELSEWHERE: Pair = ("已改由其他系统处理", "it is handled elsewhere")


def complaint_key(row: RowMapping) -> str:
    """Key of a complaint: the store's code and the number that its dealer system gave it."""
    return f"{row['store_code']}.{row['complaint_no']}"


def contact_of(row: RowMapping) -> str | None:
    """Key of the contact that a complaint stands on; None where nobody is known to complain."""
    is_known = row["vin"] and (row["name_cipher"] or row["phone_cipher"])
    return contact_key(row) if is_known else None


def complaint_record(
    row: RowMapping,
    version: int,
    crm_id: str | None,
    keyring: Keyring,
    language: Language,
    zone: tzinfo,
    close_by: date | None,
) -> Record:
    """A complaint with what somebody needs to know who takes care of it, and until when."""
    verdict = row["verdict"]
    closed_at = row["closed_at"]
    return Record(
        entity="complaint",
        key=complaint_key(row),
        version=version,
        crm_id=crm_id,
        fields={
            "store_code": row["store_code"],
            "store_name": row["store_name"],
            "complaint_no": row["complaint_no"],
            "title": say(TITLE, language, number=row["complaint_no"]),
            "received_at": f"{row['received_at'].astimezone(zone):%Y-%m-%d %H:%M}",
            "received_on": row["received_on"],
            "source": row["source"],
            "level": row["level"],
            "state": row["state"],
            "state_name": word(STATES, row["state"], language),
            "verdict": verdict,
            "verdict_name": word(VERDICTS, verdict, language) if verdict else None,
            "close_by": close_by,
            "closed_on": closed_at and closed_at.astimezone(zone).date(),
            "description": opened(row["description_cipher"], keyring),
            "customer_name": opened(row["name_cipher"], keyring),
            "customer_phone": opened(row["phone_cipher"], keyring),
            "plate": opened(row["plate_cipher"], keyring),
            "vin": row["vin"],
            "model": row["model"],
            "owner_no": row["owner_no"],
            "owner_name": row["owner_name"],
            "contact_key": contact_of(row),
        },
    )


def withdrawal_reason(row: RowMapping, language: Language) -> str:
    """Why a complaint is taken back, for the people who work on it."""
    return say(DELETED if row["is_vanished"] else ELSEWHERE, language)
