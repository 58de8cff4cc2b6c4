"""What PostgreSQL's COPY reads back is what was written."""

from __future__ import annotations

import psycopg
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from aftercare.sources import copy_text

ODD = ["a\tb", "a\\nb", "\\N", "\\.", "x\r\ny", "", " 张三 ", None]


def test_odd_texts_bytes_and_documents_come_back_as_they_were(warehouse: Engine) -> None:
    count = len(ODD)
    stored = [None if text is None else text.encode() for text in ODD]
    lines = copy_text.lines(
        [
            [str(row) for row in range(count)],
            copy_text.texts(ODD),
            copy_text.binary(stored),
            copy_text.documents({0: {"*": 'tab\there "\\"'}}, count),
        ]
    )
    with warehouse.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.execute("create temp table odd (row int, told text, held bytea, said jsonb)")
        with driver.cursor() as cursor, cursor.copy("copy odd from stdin") as copy:
            copy.write("\n".join(lines) + "\n")
        found = driver.execute("select told, held, said from odd order by row").fetchall()
    assert [(told, held) for told, held, _ in found] == list(zip(ODD, stored, strict=True))
    assert [said for *_, said in found] == [{"*": 'tab\there "\\"'}, *[None] * (count - 1)]


@given(st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"))), min_size=1))
def test_no_text_makes_another_line_or_cell(column: list[str | None]) -> None:
    lines = copy_text.lines([copy_text.texts(column), ["end"] * len(column)])
    assert len("\n".join(lines).replace("\r", "\n").split("\n")) == len(column)
    assert all(line.count("\t") == 1 for line in lines)
