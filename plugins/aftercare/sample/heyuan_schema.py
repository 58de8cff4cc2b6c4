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
    Column("verdict", Integer),
    Column("close_time", DateTime),
    Column("content", String(500)),
    Column("updated_at", DateTime, nullable=False),
    Index("tt_complaint_updated", "updated_at"),
)
