"""Charts. A missing glyph is a warning, and warnings fail a test."""

import struct
from decimal import Decimal
from itertools import pairwise

import pytest
from report_rows import line, report

from aftercare.reports.chart_colours import TREND
from aftercare.reports.charts import chart_figure, month_labels, scorecard_chart
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


def test_months_of_a_year_have_room_beside_one_another() -> None:
    months = ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert month_labels(months) == ["11\n2025", "12", "1\n2026", "2"]


def test_no_two_lines_of_a_trend_look_the_same() -> None:
    colours, dashes = zip(*TREND, strict=True)
    assert len(set(colours)) == len(set(dashes)) == len(TREND)


def test_a_trend_draws_few_figures_and_those_with_a_target_first() -> None:
    names = [f"k{number}" for number in range(7)]
    lines = [line("E1", name, 9, 10, "0.9" if name > "k1" else None) for name in names]
    trend = [
        {"month": "2026-06", "kpi_id": name, "numerator": Decimal(9), "denominator": Decimal(10)}
        for name in names
        if name != "k3"
    ]
    made = report(
        lines=lines, trend=trend, titles={name: {"zh": name, "en": name} for name in names}
    )
    assert made.charted_trend(6) == ("k0", "k1", "k2", "k4", "k5", "k6")
    assert made.charted_trend(5) == ("k2", "k4", "k5", "k6")
    assert made.charted_trend(3) == ("k2", "k4", "k5")
    assert report(lines=lines[:2], trend=trend, titles=made.rows.titles).charted_trend(1) == ("k0",)


@pytest.mark.parametrize("months", [1, 12])
def test_long_names_leave_the_bars_half_of_the_width_and_no_text_lies_on_another(
    months: int,
) -> None:
    names = ["follow_up_coverage", "satisfied_share"]
    long = "The consultant's customers' data complete, as the policy asks (example)"
    trend = [
        row | {"month": f"2026-{month + 1:02}"} for row in TWO_MONTHS for month in range(months)
    ]
    made = report(titles={name: {"zh": name, "en": long} for name in [*names, "sqs"]}, trend=trend)
    figure = chart_figure(made, read_words("en"))
    figure.canvas.draw()
    bars = figure.axes[0]
    assert bars.get_window_extent().width > figure.bbox.width / 2
    for axes in figure.axes:
        legend, title = axes.get_legend(), axes._left_title  # type: ignore[attr-defined]
        assert legend is not None
        assert not legend.get_window_extent().overlaps(title.get_window_extent())
        assert legend.get_window_extent().x1 <= figure.bbox.width
        labels = [label.get_window_extent() for label in axes.get_xticklabels()]
        assert not any(one.overlaps(other) for one, other in pairwise(labels))
