"""A small dealer system with names and codes of its own, for practising how one is connected.

Names are the first letters of pinyin (cjh: 车架号), codes are the system's, and a table says what
most of them mean. The same seed and end give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import Column, DateTime, Engine, Integer, MetaData, Numeric, String, Table, insert

from aftercare.sample.identity import Person, make_plate, make_vin

METADATA = MetaData()
Row = dict[str, Any]


def _text(name: str) -> Column[str]:
    return Column(name, String(40))


STORES = Table(
    "t_mdxx", METADATA, Column("mdbm", String(10), primary_key=True), _text("mdmc"), _text("pp"),
    _text("sf"), _text("cs"), _text("kyrq"),
)  # fmt: skip
STAFF = Table(
    "t_ygxx", METADATA, Column("ygbh", String(10), primary_key=True), _text("xm"), _text("mdbm"),
    _text("gw"), _text("rzrq"), _text("lzrq"), _text("sj"),
)  # fmt: skip
SALES = Table(
    "t_xsdd", METADATA, Column("id", Integer, primary_key=True), _text("ddh"), _text("mdbm"),
    _text("ddzt"), _text("qyrq"), _text("kprq"), Column("jcsj", DateTime), _text("cjh"), _text("cx"),
    _text("xsgw"), Column("cjj", Numeric(12, 2)), _text("khxm"), _text("khdh"),
    Column("gxsj", DateTime, index=True),
)  # fmt: skip
ORDERS = Table(
    "t_wxgd", METADATA, Column("id", Integer, primary_key=True), _text("gdh"), _text("mdbm"),
    _text("gdlx"), Column("gdzt", Integer), Column("sfhc", Integer), _text("kdsj"),
    Column("wgsj", DateTime), Column("jssj", DateTime), Column("ccsj", DateTime), _text("jclc"),
    _text("cjh"), _text("cph"), _text("cx"), _text("fwgw"), Column("jsje", Numeric(12, 2)),
    _text("sxr"), _text("sxrdh"), _text("bz"), Column("gxsj", DateTime, index=True),
)  # fmt: skip
CODES = Table("t_dm", METADATA, _text("lx"), _text("dm"), _text("mc"))
STOCK = Table(
    "t_kcmx", METADATA, Column("id", Integer, primary_key=True), _text("ljh"), _text("sl")
)

MEANINGS = (
    ("gdlx", "01", "一般维修"), ("gdlx", "02", "保养"), ("gdlx", "03", "索赔"), ("gdlx", "04", "PDI"),
    ("gdlx", "05", "返修"), ("gdzt", "10", "在修"), ("gdzt", "20", "待结算"), ("gdzt", "30", "已结算"),
    ("gdzt", "40", "挂账"), ("gdzt", "99", "作废"), ("ddzt", "A", "正常"), ("ddzt", "T", "退车"),
    ("gw", "1", "客服经理"), ("gw", "2", "客服主管"), ("gw", "3", "销售回访专员"), ("gw", "4", "售后回访专员"),
    ("gw", "5", "服务顾问"), ("gw", "6", "销售顾问"), ("gw", "7", "维修技师"),
)  # fmt: skip
PLACES = (("W01", "西城店", "四川", "成都"), ("W02", "东山店", "重庆", "重庆"))
MODELS = ("CS75", "UNI-V", "S7")
DAYS = 60


def make_foreign(engine: Engine, end: date, seed: int = 2026) -> dict[str, int]:
    """Fills an empty database with two stores until the end of a day; rows by table."""
    METADATA.create_all(engine)
    rng = Random(seed)
    rows: dict[Table, list[Row]] = {
        STORES: [
            {"mdbm": code, "mdmc": name, "pp": "CA", "sf": province, "cs": city, "kyrq": "2016/5/8"}
            for code, name, province, city in PLACES
        ],
        STAFF: list(_staff(seed)),
        SALES: list(_sales(rng, seed, end)),
        ORDERS: list(_orders(rng, seed, end)),
        CODES: [{"lx": kind, "dm": code, "mc": text} for kind, code, text in MEANINGS],
        STOCK: [{"id": no, "ljh": f"LJ{no:05d}", "sl": str(no % 7)} for no in range(1, 81)],
    }
    with engine.begin() as connection:
        for table, made in rows.items():
            connection.execute(insert(table), made)
    return {table.name: len(made) for table, made in rows.items()}


def _staff(seed: int) -> Iterator[Row]:
    for store, (code, *_) in enumerate(PLACES):
        for role in range(1, 8):
            person = Person(store * 10 + role, seed)
            yield {
                "ygbh": f"{code}{role:02d}", "xm": person.name, "mdbm": code, "gw": str(role),
                "rzrq": "20190301", "lzrq": None, "sj": person.phone,
            }  # fmt: skip


def _sales(rng: Random, seed: int, end: date) -> Iterator[Row]:
    for number in range(1, 41):
        day = end - timedelta(days=rng.randrange(DAYS))
        code = PLACES[number % 2][0]
        buyer = Person(1_000 + number, seed)
        given = datetime.combine(day, time(rng.randrange(10, 19), rng.randrange(60)))
        yield {
            "id": number, "ddh": f"D{number:05d}", "mdbm": code,
            "ddzt": "T" if number % 19 == 0 else "A", "qyrq": f"{day - timedelta(days=9):%Y/%m/%d}",
            "kprq": f"{day - timedelta(days=2):%Y/%m/%d}", "jcsj": given,
            "cjh": make_vin("LS4", 7_000 + number, number, 2026), "cx": MODELS[number % 3],
            "xsgw": f"{code}06", "cjj": 90_000 + 500 * number, "khxm": buyer.name,
            "khdh": "028-6123456" if number % 17 == 0 else buyer.phone, "gxsj": given,
        }  # fmt: skip


def _orders(rng: Random, seed: int, end: date) -> Iterator[Row]:
    for number in range(1, 161):
        day = end - timedelta(days=DAYS - 1 - number * DAYS // 161)
        code, _, province, _ = PLACES[number % 2]
        driver = Person(2_000 + number % 90, seed)
        opened = datetime.combine(day, time(rng.randrange(8, 15), rng.randrange(60)))
        out = opened + timedelta(hours=rng.randrange(1, 4), minutes=rng.randrange(60))
        # The last days are still open; one in forty is void, one in thirty on account.
        state = 10 if (end - day).days == 0 and number % 3 == 0 else 30
        state = 99 if number % 40 == 0 else 40 if number % 30 == 0 else state
        is_settled = state in (30, 40)
        vin = make_vin("LS4", number % 90, number % 3, 2022)
        if number % 37 == 0:
            vin = vin[:12]
        yield {
            "id": number, "gdh": f"G{number:06d}", "mdbm": code,
            "gdlx": "01" if number % 3 else ("02", "03", "05", "04")[number // 3 % 4],
            "gdzt": state, "sfhc": int(number % 53 == 0), "kdsj": f"{opened:%Y/%m/%d %H:%M}",
            "wgsj": out if is_settled else None, "jssj": out if is_settled else None,
            "ccsj": out if is_settled else None, "jclc": f"{8_000 + number * 83:,}公里", "cjh": vin,
            "cph": make_plate("渝" if province == "重庆" else "川", number % 90, False, seed),
            "cx": MODELS[number % 3], "fwgw": f"{code}05", "jsje": 180 + number % 13 * 60,
            "sxr": driver.name, "sxrdh": driver.phone[:-1] if number % 41 == 0 else driver.phone,
            "bz": None, "gxsj": out if is_settled else opened,
        }  # fmt: skip
