"""Charts. A missing glyph is a warning, and warnings fail a test."""

import struct
from decimal import Decimal

import pytest
from report_rows import line, report

from aftercare.reports.charts import scorecard_chart
from aftercare.reports.scorecard_words import read_words
from aftercare.settings import Language

TWO_MONTHS = [
    {
        "month": month,
        "kpi_id": "satisfied_share",
        "numerator": Decimal(counted),
        "denominator": Decimal(10),
    }
    for month, counted in (("2026-05", 0), ("2026-06", 9))
]


def height(png: bytes) -> int:
    assert png.startswith(b"\x89PNG")
    return int(struct.unpack(">I", png[20:24])[0])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_text_of_a_chart_has_its_glyphs(language: Language) -> None:
    assert height(scorecard_chart(report(trend=TWO_MONTHS), read_words(language))) > 300


def test_a_missing_glyph_would_fail() -> None:
    titles = {"satisfied_share": {"zh": "客户\U0001f600率", "en": ""}}
    with pytest.raises(UserWarning, match="missing from font"):
        scorecard_chart(report(titles=titles), read_words("zh"))


def test_a_trend_is_drawn_where_there_is_an_earlier_month() -> None:
    words = read_words("zh")
    assert height(scorecard_chart(report(trend=TWO_MONTHS), words)) > height(
        scorecard_chart(report(), words)
    )


def test_a_month_without_figures_is_drawn_too() -> None:
    lines = [line("E1", "satisfied_share", 0, 0)]
    assert height(scorecard_chart(report(lines=lines, trend=[]), read_words("zh"))) > 100


def test_the_same_figures_give_the_same_picture() -> None:
    words = read_words("en")
    assert scorecard_chart(report(), words) == scorecard_chart(report(), words)
