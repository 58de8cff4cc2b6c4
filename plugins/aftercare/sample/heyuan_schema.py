"""Tables of the made-up DMS of the Changan and Deepal stores.

As in the systems they imitate, nothing is unique but the row's own number, dates are partly text,
and ``is_valid`` means opposite things: in ``tt_sales_order`` 1 is valid, in ``tt_repair_order``
1 is void. The definitions hold on PostgreSQL, MariaDB and SQLite.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
)

SCHEMA = MetaData()


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


DEALER = Table(
    "tm_dealer",
    SCHEMA,
    _number("dealer_id"),
    Column("dealer_code", String(20)),
    Column("dealer_name", String(100)),
    Column("brand_id", Integer),
    Column("province", String(30)),
    Column("city", String(30)),
    Column("open_date", String(20)),
    Column("close_date", String(20)),
    Column("updated_at", DateTime, nullable=False),
)

EMPLOYEE = Table(
    "tm_employee_position",
    SCHEMA,
    _number("position_id"),
    Column("employee_no", String(20)),
    Column("employee_name", String(50)),
    Column("dealer_code", String(20)),
    Column("position_code", Integer),
    Column("begin_date", Date),
    Column("end_date", String(20)),
    Column("mobile", String(30)),
    Column("e_mail", String(80)),
    Column("updated_at", DateTime, nullable=False),
)

SALES_ORDER = Table(
    "tt_sales_order",
    SCHEMA,
    _number("sales_order_id"),
    Column("dealer_code", String(20)),
    Column("so_no", String(30)),
    Column("is_valid", Integer),
    Column("sales_type", Integer),
    Column("usage_type", Integer),
    Column("sign_date", Date),
    Column("invoice_date", String(20)),
    Column("delivery_time", String(30)),
    Column("vin", String(30)),
    Column("model_name", String(50)),
    Column("sales_consultant", String(20)),
    Column("customer_type", Integer),
    Column("deal_price", Numeric(12, 2)),
    Column("license", String(20)),
    Column("customer_name", String(100)),
    Column("mobile", String(30)),
    Column("certificate_no", String(30)),
    Column("birthday", Date),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_sales_order_updated", "updated_at"),
)

REPAIR_ORDER = Table(
    "tt_repair_order",
    SCHEMA,
    _number("ro_id"),
    Column("dealer_code", String(20)),
    Column("ro_no", String(30)),
    Column("balance_no", String(30)),
    Column("last_balance_no", String(30)),
    Column("ro_type", Integer),
    Column("repair_type_code", String(4)),
    Column("ro_status", Integer),
    Column("is_valid", Integer),
    Column("ro_create_date", String(30)),
    Column("complete_time", DateTime),
    Column("for_balance_time", DateTime),
    Column("delivery_date", String(30)),
    Column("in_mileage", String(20)),
    Column("out_mileage", String(20)),
    Column("is_change_odograph", Integer),
    Column("vin", String(30)),
    Column("model_name", String(50)),
    Column("service_advisor", String(20)),
    Column("chief_technician", String(20)),
    Column("owner_property", Integer),
    Column("balance_amount", Numeric(12, 2)),
    Column("license", String(20)),
    Column("deliverer", String(100)),
    Column("deliverer_mobile", String(30)),
    Column("owner_name", String(100)),
    Column("owner_mobile", String(30)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_repair_order_updated", "updated_at"),
)

COMPLAINT = Table(
    "tt_complaint",
    SCHEMA,
    _number("complaint_id"),
    Column("dealer_code", String(20)),
    Column("complaint_no", String(30)),
    Column("receive_time", String(30)),
    Column("source_type", Integer),
    Column("complaint_level", Integer),
    Column("responsible_no", String(20)),
    Column("vin", String(30)),
    Column("verdict", Integer),
    Column("cause_type", Integer),
    Column("accept_time", DateTime),
    Column("dispatch_time", DateTime),
    Column("plan_time", DateTime),
    Column("handle_time", DateTime),
    Column("revisit_time", DateTime),
    Column("revisit_satisfied", Integer),
    Column("close_time", DateTime),
    Column("content", String(500)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_complaint_updated", "updated_at"),
)

POLICY = Table(
    "tt_insurance_policy",
    SCHEMA,
    _number("insurance_id"),
    Column("dealer_code", String(20)),
    Column("policy_no", String(30)),
    Column("insurance_type", Integer),
    Column("policy_status", Integer),
    Column("begin_date", Date),
    Column("end_date", String(20)),
    Column("last_policy_no", String(30)),
    Column("vin", String(30)),
    Column("insure_company", String(50)),
    Column("is_new_car", Integer),
    Column("operator_no", String(20)),
    Column("premium", Numeric(12, 2)),
    Column("insured_name", String(100)),
    Column("insured_mobile", String(30)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_insurance_policy_updated", "updated_at"),
)

LEAD = Table(
    "tt_potential_customer",
    SCHEMA,
    _number("potential_id"),
    Column("dealer_code", String(20)),
    Column("potential_customer_no", String(30)),
    Column("intent_status", Integer),
    Column("create_date", Date),
    Column("defeat_date", String(20)),
    Column("defeat_reason", Integer),
    Column("customer_source", Integer),
    Column("intent_model", String(50)),
    Column("sales_consultant", String(20)),
    Column("customer_name", String(100)),
    Column("mobile", String(30)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_potential_customer_updated", "updated_at"),
)

BOOKING = Table(
    "tt_booking_order",
    SCHEMA,
    _number("booking_id"),
    Column("dealer_code", String(20)),
    Column("booking_order_no", String(30)),
    Column("booking_type", Integer),
    Column("booking_order_status", Integer),
    Column("create_time", DateTime),
    Column("booking_come_time", String(30)),
    Column("vin", String(30)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_booking_order_updated", "updated_at"),
)

CONSENT = Table(
    "tt_customer_authorization",
    SCHEMA,
    _number("authorization_id"),
    Column("dealer_code", String(20)),
    Column("authorization_no", String(30)),
    Column("authorization_type", Integer),
    Column("is_agreed", Integer),
    Column("sign_date", Date),
    Column("sign_channel", Integer),
    Column("vin", String(30)),
    Column("customer_name", String(100)),
    Column("mobile", String(30)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_customer_authorization_updated", "updated_at"),
)

PREFERENCE = Table(
    "tt_contact_preference",
    SCHEMA,
    _number("preference_id"),
    Column("dealer_code", String(20)),
    Column("preference_no", String(30)),
    Column("preference_type", Integer),
    Column("contact_way", Integer),
    Column("contact_time", Integer),
    Column("stop_way", Integer),
    Column("remind_type", Integer),
    Column("begin_date", Date),
    Column("end_date", Date),
    Column("service_date", String(20)),
    Column("reason", String(200)),
    Column("vin", String(30)),
    Column("customer_name", String(100)),
    Column("mobile", String(30)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_contact_preference_updated", "updated_at"),
)

REFERRAL = Table(
    "tt_customer_referral",
    SCHEMA,
    _number("referral_id"),
    Column("dealer_code", String(20)),
    Column("referral_no", String(30)),
    Column("referral_date", String(20)),
    Column("new_so_no", String(30)),
    Column("referrer_vin", String(30)),
    Column("referrer_name", String(100)),
    Column("referrer_mobile", String(30)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_customer_referral_updated", "updated_at"),
)
