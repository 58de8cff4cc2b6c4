"""Filling and moving the made-up DMS: canonical rows in the system's own columns and codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, update

from aftercare.sample import heyuan_schema as schema
from aftercare.sample.beside import rows_beside
from aftercare.sample.reference import employee_rows, store_rows
from aftercare.sample.rows import Row, Version
from aftercare.sample.world import World
from aftercare.warehouse import statement

SYSTEM = "heyuan_dms"
TABLES = {
    "store": schema.DEALER,
    "employee": schema.EMPLOYEE,
    "sales_order": schema.SALES_ORDER,
    "repair_order": schema.REPAIR_ORDER,
    "complaint": schema.COMPLAINT,
    "insurance_policy": schema.POLICY,
    "lead": schema.LEAD,
    "booking": schema.BOOKING,
    "consent": schema.CONSENT,
    "preference": schema.PREFERENCE,
    "referral": schema.REFERRAL,
}
BATCH = 5000
UNKNOWN_CODE = 99

Code = dict[object, object]
_BRAND: Code = {"CHANGAN": 11001010, "DEEPAL": 11001020, "KUAYUE": 11001030}
_ROLES = ("DIR", "SUP", "SC", "AC", "SM", "SA", "CONSULTANT", "TECHNICIAN", "RENEWAL")
_POSITION: Code = {role: 13021001 + place for place, role in enumerate(_ROLES)}
_SALE_TYPES = ("new", "used", "trade_in", "repurchase", "financed")
_SALE_TYPE: Code = {kind: 13911001 + place for place, kind in enumerate(_SALE_TYPES)}
_USAGES = ("private", "business", "taxi", "lease")
_USAGE: Code = {usage: 11931001 + place for place, usage in enumerate(_USAGES)}
_OWNER: Code = {"person": 11901001, "company": 11901002}
_RO_TYPES = ("repair", "pre_delivery", "rework", "warranty")
_RO_TYPE: Code = {kind: 12531001 + place for place, kind in enumerate(_RO_TYPES)}
_REPAIR: Code = {"maintenance": "M", "mechanical": "G", "bodywork": "B", "tyre": "T", "other": "Z"}
_STATUS: Code = {
    "open": 12551001,
    "submitted": 12551005,
    "settled": 12551010,
    "cancelled": 12551090,
}
# 1 is valid in the table of sales orders and void in the table of repair orders.
_SALE_VALID: Code = {"active": 1, "cancelled": 0}
_REPAIR_VOID: Code = {True: 1, False: 0}
_SOURCE: Code = {"customer": 11801001, "factory": 11801002, "internal": 11801003}
_LEVEL: Code = {"minor": 11811001, "normal": 11811002, "serious": 11811003}
_VERDICT: Code = {"pending": 11821001, "upheld": 11821002, "rejected": 11821003}
_CAUSE: Code = {"product": 11831001, "service": 11831002, "other": 11831009}
_INSURANCE: Code = {"compulsory": 14101001, "commercial": 14101002, "combined": 14101003}
_POLICY: Code = {"active": 14111001, "cancelled": 14111002}
_LEAD: Code = {"open": 14201001, "won": 14201002, "defeated": 14201003, "invalid": 14201009}
_CAME_BY: Code = {"walk_in": 14211001, "web": 14211002, "phone": 14211003, "referral": 14211004}
_REASONS = ("price", "model", "rival", "stock", "no_need")
_DEFEAT: Code = {reason: 14221001 + place for place, reason in enumerate(_REASONS)}
_BOOKING_KIND: Code = {"maintenance": 14301001, "repair": 14301002, "other": 14301009}
_FATES = ("booked", "kept", "cancelled", "no_show", "requested", "refused", "withdrawn")
_BOOKING: Code = {fate: 14311001 + place for place, fate in enumerate(_FATES)}
_PURPOSE: Code = {"service": 14401001, "safety": 14401002, "commercial": 14401003}
_AGREED: Code = {"given": 1, "refused": 0, "withdrawn": 2}
_SIGNED: Code = {
    "paper": 14411001,
    "app": 14411002,
    "phone": 14411003,
    "sms": 14411004,
    "other": 14411009,
}
_WISHES = ("channel", "pause", "stop", "service_day")
_WISH: Code = {kind: 14501001 + place for place, kind in enumerate(_WISHES)}
_WAY: Code = {
    "phone": 14511001,
    "call": 14511001,
    "sms": 14511002,
    "mail": 14511003,
    "all": 14511009,
}
_TIME: Code = {"morning": 1, "afternoon": 2, "evening": 3}
_REMINDERS = ("follow_up", "service", "inspection", "warranty", "insurance", "greeting", "campaign")
_ABOUT: Code = {
    **{about: 14521001 + place for place, about in enumerate(_REMINDERS)},
    "all": 14521009,
}
_YES_NO: Code = {True: 12781001, False: 12781002}

Write = Callable[[Any, int], Any]


def _as_is(value: Any, _: int) -> Any:
    return value


def _code(codes: Code) -> Write:
    def write(value: Any, _: int) -> Any:
        return None if value is None else codes[value]

    return write


def _text_of(form: str) -> Write:
    def write(value: Any, _: int) -> Any:
        return None if value is None else value.strftime(form)

    return write


def full_width(text: str) -> str:
    """The same digits as Chinese input methods write them: １２３."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isdecimal() and c.isascii() else c for c in text)


def _number(value: Any, number: int) -> Any:
    """Mostly plain; a few with full-width digits or a thousands separator."""
    if value is None:
        return None
    style = number // 10 % 97
    return full_width(str(value)) if style == 0 else f"{value:,}" if style < 5 else str(value)


def _phone(value: Any, number: int) -> Any:
    return full_width(value) if value is not None and number // 10 % 101 == 7 else value


_MINUTE, _DAY = _text_of("%Y/%m/%d %H:%M"), _text_of("%Y-%m-%d")
# Source column: canonical column and how it is written.
_COLUMNS: dict[str, dict[str, tuple[str, Write]]] = {
    "store": {
        "dealer_code": ("store_code", _as_is),
        "dealer_name": ("name", _as_is),
        "brand_id": ("brand", _code(_BRAND)),
        "province": ("region", _as_is),
        "city": ("city", _as_is),
        "open_date": ("opened_on", _DAY),
        "close_date": ("closed_on", _DAY),
    },
    "employee": {
        "employee_no": ("employee_no", _as_is),
        "employee_name": ("name", _as_is),
        "dealer_code": ("store_code", _as_is),
        "position_code": ("role", _code(_POSITION)),
        "begin_date": ("valid_from", _as_is),
        "end_date": ("valid_to", _DAY),
        "mobile": ("mobile", _as_is),
        "e_mail": ("email", _as_is),
    },
    "sales_order": {
        "dealer_code": ("store_code", _as_is),
        "so_no": ("order_no", _as_is),
        "is_valid": ("status", _code(_SALE_VALID)),
        "sales_type": ("sale_type", _code(_SALE_TYPE)),
        "usage_type": ("usage", _code(_USAGE)),
        "sign_date": ("signed_on", _as_is),
        "invoice_date": ("invoiced_on", _DAY),
        "delivery_time": ("delivered_at", _MINUTE),
        "vin": ("vin", _as_is),
        "model_name": ("model", _as_is),
        "sales_consultant": ("sales_consultant_no", _as_is),
        "customer_type": ("customer_kind", _code(_OWNER)),
        "deal_price": ("price", _as_is),
        "license": ("plate", _as_is),
        "customer_name": ("customer_name", _as_is),
        "mobile": ("customer_phone", _phone),
        "certificate_no": ("customer_id_no", _as_is),
        "birthday": ("birthday", _as_is),
    },
    "repair_order": {
        "dealer_code": ("store_code", _as_is),
        "ro_no": ("ro_no", _as_is),
        "balance_no": ("settlement_no", _as_is),
        "last_balance_no": ("previous_settlement_no", _as_is),
        "ro_type": ("ro_type", _code(_RO_TYPE)),
        "repair_type_code": ("repair_type", _code(_REPAIR)),
        "ro_status": ("status", _code(_STATUS)),
        "is_valid": ("is_reversed", _code(_REPAIR_VOID)),
        "ro_create_date": ("opened_at", _MINUTE),
        "complete_time": ("completed_at", _as_is),
        "for_balance_time": ("settled_at", _as_is),
        "delivery_date": ("delivered_at", _MINUTE),
        "in_mileage": ("odometer_in_km", _number),
        "out_mileage": ("odometer_out_km", _number),
        "is_change_odograph": ("is_odometer_replaced", _code(_YES_NO)),
        "vin": ("vin", _as_is),
        "model_name": ("model", _as_is),
        "service_advisor": ("service_advisor_no", _as_is),
        "chief_technician": ("technician_no", _as_is),
        "owner_property": ("owner_kind", _code(_OWNER)),
        "balance_amount": ("amount", _as_is),
        "license": ("plate", _as_is),
        "deliverer": ("deliverer_name", _as_is),
        "deliverer_mobile": ("deliverer_phone", _phone),
        "owner_name": ("owner_name", _as_is),
        "owner_mobile": ("owner_phone", _phone),
    },
    "complaint": {
        "dealer_code": ("store_code", _as_is),
        "complaint_no": ("complaint_no", _as_is),
        "receive_time": ("received_at", _MINUTE),
        "source_type": ("source", _code(_SOURCE)),
        "complaint_level": ("level", _code(_LEVEL)),
        "responsible_no": ("owner_no", _as_is),
        "vin": ("vin", _as_is),
        "verdict": ("verdict", _code(_VERDICT)),
        "cause_type": ("cause", _code(_CAUSE)),
        "accept_time": ("acknowledged_at", _as_is),
        "dispatch_time": ("dispatched_at", _as_is),
        "plan_time": ("planned_at", _as_is),
        "handle_time": ("solved_at", _as_is),
        "revisit_time": ("second_call_at", _as_is),
        "revisit_satisfied": ("is_satisfied", _code(_YES_NO)),
        "close_time": ("closed_at", _as_is),
        "content": ("description", _as_is),
    },
    "insurance_policy": {
        "dealer_code": ("store_code", _as_is),
        "policy_no": ("policy_no", _as_is),
        "insurance_type": ("kind", _code(_INSURANCE)),
        "policy_status": ("status", _code(_POLICY)),
        "begin_date": ("starts_on", _as_is),
        "end_date": ("ends_on", _DAY),
        "last_policy_no": ("previous_policy_no", _as_is),
        "vin": ("vin", _as_is),
        "insure_company": ("insurer", _as_is),
        "is_new_car": ("is_new_car", _code(_YES_NO)),
        "operator_no": ("sold_by_no", _as_is),
        "premium": ("premium", _as_is),
        "insured_name": ("holder_name", _as_is),
        "insured_mobile": ("holder_phone", _phone),
    },
    "lead": {
        "dealer_code": ("store_code", _as_is),
        "potential_customer_no": ("lead_no", _as_is),
        "intent_status": ("status", _code(_LEAD)),
        "create_date": ("created_on", _as_is),
        "defeat_date": ("defeated_on", _DAY),
        "defeat_reason": ("defeat_reason", _code(_DEFEAT)),
        "customer_source": ("source", _code(_CAME_BY)),
        "intent_model": ("model", _as_is),
        "sales_consultant": ("consultant_no", _as_is),
        "customer_name": ("customer_name", _as_is),
        "mobile": ("customer_phone", _phone),
    },
    "booking": {
        "dealer_code": ("store_code", _as_is),
        "booking_order_no": ("booking_no", _as_is),
        "booking_type": ("kind", _code(_BOOKING_KIND)),
        "booking_order_status": ("status", _code(_BOOKING)),
        "create_time": ("made_at", _as_is),
        "booking_come_time": ("booked_for", _MINUTE),
        "vin": ("vin", _as_is),
    },
    "consent": {
        "dealer_code": ("store_code", _as_is),
        "authorization_no": ("consent_no", _as_is),
        "authorization_type": ("purpose", _code(_PURPOSE)),
        "is_agreed": ("state", _code(_AGREED)),
        "sign_date": ("said_on", _as_is),
        "sign_channel": ("channel", _code(_SIGNED)),
        "vin": ("vin", _as_is),
        "customer_name": ("customer_name", _as_is),
        "mobile": ("customer_phone", _phone),
    },
    "preference": {
        "dealer_code": ("store_code", _as_is),
        "preference_no": ("preference_no", _as_is),
        "preference_type": ("kind", _code(_WISH)),
        "contact_way": ("preferred_channel", _code(_WAY)),
        "contact_time": ("preferred_slot", _code(_TIME)),
        "stop_way": ("stopped_contact", _code(_WAY)),
        "remind_type": ("about", _code(_ABOUT)),
        "begin_date": ("valid_from", _as_is),
        "end_date": ("valid_until", _as_is),
        "service_date": ("service_on", _DAY),
        "reason": ("reason", _as_is),
        "vin": ("vin", _as_is),
        "customer_name": ("customer_name", _as_is),
        "mobile": ("customer_phone", _phone),
    },
    "referral": {
        "dealer_code": ("store_code", _as_is),
        "referral_no": ("referral_no", _as_is),
        "referral_date": ("referred_on", _DAY),
        "new_so_no": ("new_order_no", _as_is),
        "referrer_vin": ("vin", _as_is),
        "referrer_name": ("referrer_name", _as_is),
        "referrer_mobile": ("referrer_phone", _phone),
    },
}
_UPDATED = "updated_at"


def source_row(row: Row, version: Version) -> dict[str, Any]:
    """A version in the columns of its table."""
    table = TABLES[row.feed]
    written: dict[str, Any] = {next(iter(table.primary_key)).name: row.number}
    for name, (column, write) in _COLUMNS[row.feed].items():
        if column in version.raw:
            raw = version.raw[column]
            is_number = table.c[name].type.python_type is int
            written[name] = UNKNOWN_CODE if is_number else raw
        else:
            written[name] = write(version.values[column], row.number)
    written[_UPDATED] = version.changed_at
    return written


def write(world: World, engine: Engine, until: date) -> dict[str, int]:
    """Makes the tables anew, as they stand at the end of a day; returns rows by feed."""
    schema.SCHEMA.drop_all(engine)
    schema.SCHEMA.create_all(engine)
    fill = _copy if engine.dialect.driver == "psycopg" else _insert
    counts = dict.fromkeys(TABLES, 0)
    for rows in _portions(world, world.start, until):
        found: dict[str, list[dict[str, Any]]] = {feed: [] for feed in TABLES}
        for row in rows:
            version = row.at(until)
            if version is not None:
                found[row.feed].append(source_row(row, version))
        for feed, lines in found.items():
            fill(engine, feed, lines)
            counts[feed] += len(lines)
    return counts


def advance(world: World, engine: Engine, day: date) -> dict[str, dict[str, int]]:
    """Moves the tables from the end of the day before to the end of a day.

    Returns by feed how many rows came, changed and vanished. One transaction.
    """
    counts = {feed: {"new": 0, "changed": 0, "vanished": 0} for feed in TABLES}
    with engine.begin() as connection:
        for rows in _portions(world, day, day):
            for row in rows:
                if row.touched_on(day):
                    change = _apply(connection, row, day)
                    if change:
                        counts[row.feed][change] += 1
    return counts


def _apply(connection: Connection, row: Row, day: date) -> str:
    table = TABLES[row.feed]
    is_it = next(iter(table.primary_key)) == row.number
    now, before = row.at(day), row.at(day - timedelta(days=1))
    if now is None:
        connection.execute(delete(table).where(is_it))
        return "vanished" if before is not None else ""
    if before is None:
        connection.execute(insert(table), source_row(row, now))
        return "new"
    connection.execute(update(table).where(is_it).values(source_row(row, now)))
    return "changed"


def _portions(world: World, first: date, last: date) -> Iterator[Iterator[Row]]:
    """Rows that may show something new between two days: of the group, then store by store."""
    yield store_rows(world, SYSTEM)
    yield employee_rows(world, SYSTEM)
    for store in world.stores:
        if store.system == SYSTEM:
            yield world.rows(store, first, last)
            yield rows_beside(world, store, first, last)


def _insert(engine: Engine, feed: str, rows: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        for start in range(0, len(rows), BATCH):
            connection.execute(insert(TABLES[feed]), rows[start : start + BATCH])


def _copy(engine: Engine, feed: str, rows: list[dict[str, Any]]) -> None:
    names = [column.name for column in TABLES[feed].c]
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101  an open connection has one
        with driver.cursor() as cursor, cursor.copy(statement(f"sample/copy_{feed}").text) as out:
            for row in rows:
                out.write_row([row[name] for name in names])
