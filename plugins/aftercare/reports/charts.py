"""Charts as PNG, drawn without a browser and with a font that has every glyph they need."""

from __future__ import annotations

import io
from functools import cache

import pylopdf_fonts_zh_cn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from aftercare.reports.chart_colours import COLOURS, FAINT, INK, OTHER, PATTERNED
from aftercare.reports.scorecard_report import MET, MISSED, ScorecardReport, shown
from aftercare.reports.scorecard_words import Words

WIDTH, DPI = 7.2, 150
MARKERS = "osD^vPX"  # not as many as colours, so that both together name a line
LINES = ("#2b6cb0", "#b7791f", "#2f855a", "#805ad5", "#c53030")
LABELS_AT = 103


@cache
def _font(size: float) -> FontProperties:
    return FontProperties(fname=str(pylopdf_fonts_zh_cn.sans_path()), size=size)


def scorecard_chart(report: ScorecardReport, words: Words) -> bytes:
    """The main figures by post beside their targets, and below the trend where there are earlier months."""
    has_trend = len(report.trend_months) > 1
    bars = len(report.main_kpi_rows)
    height = 0.9 + 0.34 * max(bars, 2) + (2.4 if has_trend else 0)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    if has_trend:
        upper, lower = figure.subplots(2, 1, height_ratios=[0.34 * bars, 1.7])
        _trend(lower, report, words)
    else:
        upper = figure.subplots()
    _bars(upper, report, words)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _bars(axes, report: ScorecardReport, words: Words) -> None:  # type: ignore[no-untyped-def]
    rows = list(reversed(report.main_kpi_rows))
    for position, row in enumerate(rows):
        value = float(row.value) * 100 if row.value is not None else 0.0
        role = row.role or ""
        axes.barh(
            position,
            value,
            height=0.62,
            color=COLOURS.get(role, OTHER),
            hatch="///" if role in PATTERNED else "",
            edgecolor="white",
            linewidth=0,
        )
        mark = f" {row.symbol}" if row.symbol in (MET, MISSED) else ""
        axes.text(
            LABELS_AT,
            position,
            f"{shown(row.value)}{mark}",
            va="center",
            color=INK,
            fontproperties=_font(8.5),
        )
        if row.target is not None:
            at = float(row.target) * 100
            axes.plot([at, at], [position - 0.42, position + 0.42], color=INK, linewidth=2)
    axes.plot([], [], color=INK, linewidth=2, label=words("chart_target"))
    names = [
        f"{report.rows.titles[row.kpi_id][words.language]} · {words(row.role) if row.role else ''}"
        for row in rows
    ]
    axes.set_yticks(range(len(rows)), names, fontproperties=_font(8.5))
    axes.set_xlim(0, 118)
    _percent_axis(axes.xaxis)
    axes.set_title(words("chart_title"), fontproperties=_font(10), loc="left", color=INK)
    axes.legend(
        prop=_font(8),
        frameon=False,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0.2,
    )
    _plain(axes)


def _trend(axes, report: ScorecardReport, words: Words) -> None:  # type: ignore[no-untyped-def]
    months = report.trend_months
    for number, kpi in enumerate(report.main_kpi_ids):
        known = [
            (position, float(value) * 100)
            for position, value in enumerate(report.trend(kpi))
            if value is not None
        ]
        axes.plot(
            [position for position, _ in known],
            [value for _, value in known],
            color=LINES[number % len(LINES)],
            marker=MARKERS[number % len(MARKERS)],
            markersize=4.5,
            linewidth=1.6,
            label=report.rows.titles[kpi][words.language],
        )
    axes.set_xticks(range(len(months)), months, fontproperties=_font(8))
    axes.set_xlim(-0.3, len(months) - 0.7)
    _percent_axis(axes.yaxis)
    axes.set_ylim(top=102)
    axes.set_title(words("chart_trend"), fontproperties=_font(10), loc="left", color=INK)
    axes.legend(prop=_font(8), frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
    _plain(axes)


def _percent_axis(axis) -> None:  # type: ignore[no-untyped-def]
    axis.set_major_formatter(lambda value, _: f"{value:.0f}%" if value <= 100 else "")
    for label in axis.get_ticklabels():
        label.set_fontproperties(_font(8))
    axis.grid(visible=True, color=FAINT, linewidth=0.6)


def _plain(axes) -> None:  # type: ignore[no-untyped-def]
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=INK)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
