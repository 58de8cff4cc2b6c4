"""The feeds: canonical columns, keys and contact columns that every dealer system is mapped to.

A feed's name is the stem of its tables ``staging.<feed>`` and ``core.<feed>`` and of its suite
``expectations/<feed>.yaml``; its merge statement is made from its columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "decimal", "date", "timestamp", "boolean", "code"]
Contact = Literal["name", "phone", "plate", "id_no", "birthday", "email", "text"]


@dataclass(frozen=True)
class Column:
    """A canonical column. ``codes``: the allowed values of a code; ``contact``: protected as such;
    ``is_money``: in yuan.
    """

    name: str
    kind: Kind = "text"
    codes: tuple[str, ...] = ()
    contact: Contact | None = None
    is_money: bool = False


@dataclass(frozen=True)
class Feed:
    """One kind of record. ``key`` is the business key; ``vin_check`` is added beside a ``vin``."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_reference: bool = False

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        return next((c for c in self.columns if c.name == name), None) or self._missing(name)

    def _missing(self, name: str) -> Column:
        raise KeyError(f"feed {self.name} has no column {name}")

    @property
    def contacts(self) -> tuple[Column, ...]:
        """Columns that are stored as cipher, hash and check only."""
        return tuple(column for column in self.columns if column.contact)


def _code(name: str, *codes: str) -> Column:
    return Column(name, "code", codes)


# Whom a word is about: a vehicle's customer, or whoever has the phone.
_WHOM = (
    Column("vin"),
    Column("customer_name", contact="name"),
    Column("customer_phone", contact="phone"),
)

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        Feed(
            "store",
            ("store_code",),
            (
                Column("store_code"),
                Column("name"),
                Column("brand"),
                Column("region"),
                Column("city"),
                Column("opened_on", "date"),
                Column("closed_on", "date"),
            ),
            is_reference=True,
        ),
        Feed(
            "employee",
            ("employee_no", "store_code", "role", "valid_from"),
            (
                Column("employee_no"),
                Column("name"),
                Column("store_code"),
                _code(
                    "role",
                    "DIR",
                    "SUP",
                    "SC",
                    "AC",
                    "SM",
                    "SA",
                    "CONSULTANT",
                    "RENEWAL",
                    "TECHNICIAN",
                ),
                Column("valid_from", "date"),
                Column("valid_to", "date"),
                Column("mobile", contact="phone"),
                Column("email", contact="email"),
            ),
            is_reference=True,
        ),
        Feed(
            "sales_order",
            ("store_code", "order_no"),
            (
                Column("store_code"),
                Column("order_no"),
                _code("status", "active", "cancelled"),
                _code("sale_type", "new", "used", "trade_in", "repurchase", "financed"),
                _code("usage", "private", "business", "taxi", "lease"),
                Column("signed_on", "date"),
                Column("invoiced_on", "date"),
                Column("delivered_at", "timestamp"),
                Column("vin"),
                Column("model"),
                Column("sales_consultant_no"),
                _code("customer_kind", "person", "company"),
                Column("price", "decimal", is_money=True),
                Column("plate", contact="plate"),
                Column("customer_name", contact="name"),
                Column("customer_phone", contact="phone"),
                Column("customer_id_no", contact="id_no"),
                Column("birthday", contact="birthday"),
                # The day on which the car got its plates; of a used car the first time, years before.
                Column("registered_on", "date"),
                # The file of the deal was put into the archive; a change of the order is no filing.
                Column("archived_at", "timestamp"),
            ),
        ),
        Feed(
            "repair_order",
            ("store_code", "ro_no"),
            (
                Column("store_code"),
                Column("ro_no"),
                Column("settlement_no"),
                Column("previous_settlement_no"),
                _code("ro_type", "repair", "pre_delivery", "rework", "warranty"),
                _code("repair_type", "maintenance", "mechanical", "bodywork", "tyre", "other"),
                _code("status", "open", "submitted", "settled", "cancelled"),
                Column("is_reversed", "boolean"),
                Column("opened_at", "timestamp"),
                Column("completed_at", "timestamp"),
                Column("settled_at", "timestamp"),
                Column("delivered_at", "timestamp"),
                Column("odometer_in_km", "integer"),
                Column("odometer_out_km", "integer"),
                Column("is_odometer_replaced", "boolean"),
                Column("vin"),
                Column("model"),
                Column("service_advisor_no"),
                Column("technician_no"),
                _code("owner_kind", "person", "company"),
                Column("amount", "decimal", is_money=True),
                Column("plate", contact="plate"),
                Column("deliverer_name", contact="name"),
                Column("deliverer_phone", contact="phone"),
                Column("owner_name", contact="name"),
                Column("owner_phone", contact="phone"),
            ),
        ),
        Feed(
            "call_result",
            ("task_key", "attempt_no"),
            (
                Column("store_code"),
                Column("task_key"),
                Column("attempt_no", "integer"),
                Column("called_at", "timestamp"),
                _code(
                    "outcome",
                    "reached",
                    "no_answer",
                    "busy",
                    "powered_off",
                    "declined",
                    "refused",
                    "invalid_number",
                    "wrong_person",
                    "already_called",
                    "not_our_customer",
                    "message_sent",
                    "message_refused",
                ),
                Column("caller_no"),
                Column("satisfaction", "integer"),
                Column("is_fault_cleared", "boolean"),
                Column("is_next_service_told", "boolean"),
                Column("is_complaint", "boolean"),
                Column("is_do_not_call", "boolean"),
                Column("remark", contact="text"),
            ),
        ),
        Feed(
            "complaint",
            ("store_code", "complaint_no"),
            (
                Column("store_code"),
                Column("complaint_no"),
                Column("task_key"),
                Column("received_at", "timestamp"),
                Column("source"),
                Column("level"),
                Column("owner_no"),
                _code("verdict", "pending", "upheld", "rejected"),
                Column("closed_at", "timestamp"),
                Column("description", contact="text"),
                # The vehicle that it is about: its customer of this store is who complains.
                Column("vin"),
                # Somebody spoke to the customer; it went to who is responsible; a solution was given.
                Column("acknowledged_at", "timestamp"),
                Column("dispatched_at", "timestamp"),
                Column("solved_at", "timestamp"),
                # The customer was called again after it, and asked whether it holds.
                Column("second_call_at", "timestamp"),
                # product, service or other: for a fault of the product nobody here answers. No code, so that
                # another word is shown and holds no complaint up.
                Column("cause"),
                # Who is responsible handed in a plan for a solution.
                Column("planned_at", "timestamp"),
                # What the customer said of the solution in the second call; None: did not say.
                Column("is_satisfied", "boolean"),
            ),
        ),
        # What staff put right in a CRM or a task list: the number of a customer that replaces the one that orders give.
        Feed(
            "contact_number",
            ("store_code", "subject"),
            (
                Column("store_code"),
                # The vehicle whose customer it is; of a lead, its number.
                Column("subject"),
                Column("said_at", "timestamp"),
                Column("phone", contact="phone"),
                Column("replaced_phone", contact="phone"),
            ),
        ),
        Feed(
            "external_score",
            ("store_code", "employee_no", "month", "metric"),
            (
                Column("store_code"),
                Column("employee_no"),
                Column("month"),
                Column("metric"),
                Column("scale"),
                Column("value", "decimal"),
            ),
        ),
        Feed(
            "insurance_policy",
            ("store_code", "policy_no"),
            (
                Column("store_code"),
                Column("policy_no"),
                _code("kind", "compulsory", "commercial", "combined"),
                _code("status", "active", "cancelled"),
                Column("starts_on", "date"),
                Column("ends_on", "date"),
                Column("previous_policy_no"),
                Column("vin"),
                Column("insurer"),
                Column("is_new_car", "boolean"),
                Column("sold_by_no"),
                Column("premium", "decimal", is_money=True),
                Column("holder_name", contact="name"),
                Column("holder_phone", contact="phone"),
            ),
        ),
        Feed(
            "lead",
            ("store_code", "lead_no"),
            (
                Column("store_code"),
                Column("lead_no"),
                _code("status", "open", "won", "defeated", "invalid"),
                Column("created_on", "date"),
                Column("defeated_on", "date"),
                Column("defeat_reason"),
                Column("source"),
                Column("model"),
                Column("consultant_no"),
                Column("customer_name", contact="name"),
                Column("customer_phone", contact="phone"),
            ),
        ),
        Feed(
            "booking",
            ("store_code", "booking_no"),
            (
                Column("store_code"),
                Column("booking_no"),
                _code("kind", "maintenance", "repair", "other"),
                # Asked for and not answered yet, refused by the store, or given up before it
                # answered; the others were accepted.
                _code(
                    "status",
                    "requested",
                    "refused",
                    "withdrawn",
                    "booked",
                    "kept",
                    "cancelled",
                    "no_show",
                ),
                Column("made_at", "timestamp"),
                Column("booked_for", "timestamp"),
                Column("vin"),
            ),
        ),
        Feed(
            "consent",
            ("store_code", "consent_no"),
            (
                Column("store_code"),
                Column("consent_no"),
                _code("purpose", "service", "safety", "commercial"),
                _code("state", "given", "refused", "withdrawn"),
                Column("said_on", "date"),
                _code("channel", "phone", "sms", "paper", "app", "other"),
                *_WHOM,
            ),
        ),
        Feed(
            "preference",
            ("store_code", "preference_no"),
            (
                Column("store_code"),
                Column("preference_no"),
                _code("kind", "channel", "pause", "stop", "service_day"),
                _code("preferred_channel", "phone", "sms", "mail"),
                _code("preferred_slot", "morning", "afternoon", "evening"),
                _code("stopped_contact", "call", "sms", "all"),
                _code(
                    "about",
                    "follow_up",
                    "service",
                    "inspection",
                    "warranty",
                    "insurance",
                    "greeting",
                    "campaign",
                    "all",
                ),
                Column("valid_from", "date"),
                Column("valid_until", "date"),
                Column("service_on", "date"),
                Column("reason", contact="text"),
                *_WHOM,
            ),
        ),
        Feed(
            "referral",
            ("store_code", "referral_no"),
            (
                Column("store_code"),
                Column("referral_no"),
                Column("referred_on", "date"),
                Column("new_order_no"),
                # The vehicle of the one who refers.
                Column("vin"),
                Column("referrer_name", contact="name"),
                Column("referrer_phone", contact="phone"),
            ),
        ),
        # What a month was planned to bring, in pieces; without an employee it is the store's plan.
        Feed(
            "target",
            ("store_code", "employee_no", "month", "metric"),
            (
                Column("store_code"),
                Column("employee_no"),
                Column("month"),
                _code("metric", "renewal", "new_insurance", "sales"),
                Column("value", "decimal"),
            ),
        ),
        # Points that a person gave another one for a month, and why.
        Feed(
            "rating",
            ("store_code", "employee_no", "month", "item"),
            (
                Column("store_code"),
                Column("employee_no"),
                Column("month"),
                _code("item", "care_activity", "improvement"),
                Column("value", "decimal"),
                Column("rater_no"),
                Column("reason", contact="text"),
            ),
        ),
        # A store's place among the stores of its region; who shares a place has the better one.
        Feed(
            "regional_rank",
            ("store_code", "month", "metric"),
            (
                Column("store_code"),
                Column("month"),
                Column("metric"),
                Column("rank_no", "integer"),
                Column("ranked", "integer"),
                Column("region"),
            ),
        ),
        # Somebody deserves an award, says somebody else, and why.
        Feed(
            "nomination",
            ("store_code", "employee_no", "month", "award", "nominator_no"),
            (
                Column("store_code"),
                Column("employee_no"),
                Column("month"),
                _code("award", "complaint_handling", "innovation", "collaboration"),
                Column("nominator_no"),
                Column("reason", contact="text"),
            ),
        ),
    )
}

CONTACT_CHECKS: dict[Contact, tuple[str, ...]] = {
    "phone": (
        "valid",
        "missing",
        "landline",
        "too_short",
        "too_long",
        "not_a_number",
        "bad_prefix",
    ),
    "plate": ("valid", "missing", "malformed"),
    "id_no": ("valid", "missing", "malformed", "check_digit"),
    "birthday": ("valid", "missing", "default", "unreadable"),
    "email": ("valid", "missing", "malformed"),
    "name": ("valid", "missing"),
    "text": ("valid", "missing"),
}
VIN_CHECKS = ("valid", "missing", "length", "characters", "check_digit")
