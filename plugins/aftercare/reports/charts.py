"""Charts as PNG, drawn without a browser and with a font that has every glyph they need."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import pylopdf_fonts_zh_cn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from aftercare.reports.chart_colours import COLOURS, FAINT, INK, OTHER, PATTERNED, TREND
from aftercare.reports.scorecard_report import MET, MISSED, ScorecardReport, shown
from aftercare.reports.scorecard_words import Words
from aftercare.targets.workbook_look import letters_of

WIDTH, DPI = 7.2, 150
DASHES = {
    "solid": "-",
    "dash": (0, (6, 2)),
    "round_dot": (0, (1, 1.5)),
    "dash_dot": (0, (6, 1.5, 1, 1.5)),
    "long_dash": (0, (10, 3)),
}
"""The dashes of a spreadsheet's lines as they are drawn here."""
LABELS_AT = 103
NAME_LETTERS, LEGEND_LETTERS = 34, 84
"""Room for a bar's name on a line, and for a legend's names; a Chinese letter takes two."""


@cache
def _font(size: float) -> FontProperties:
    return FontProperties(fname=str(pylopdf_fonts_zh_cn.sans_path()), size=size)


def scorecard_chart(report: ScorecardReport, words: Words) -> bytes:
    """The main figures by post beside their targets, and below the trend where there are earlier months."""
    buffer = io.BytesIO()
    chart_figure(report, words).savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def chart_figure(report: ScorecardReport, words: Words) -> Figure:
    """The drawing itself: bars, then the trend if there is one."""
    has_trend = len(report.trend_months) > 1
    bars = len(report.main_kpi_rows)
    drawn = report.charted_trend(len(TREND)) if has_trend else ()
    legend = [report.rows.titles[kpi][words.language] for kpi in drawn]
    columns = _columns(legend)
    lower_height = 2.2 + 0.18 * -(-len(drawn) // columns) if has_trend else 0
    upper_height = 1.0 + 0.34 * max(bars, 2)
    figure = Figure(
        figsize=(WIDTH, upper_height + lower_height),
        dpi=DPI,
        facecolor="white",
        layout="constrained",
    )
    FigureCanvasAgg(figure)
    if has_trend:
        upper, lower = figure.subplots(2, 1, height_ratios=[upper_height, lower_height])
        _trend(lower, report, words, drawn, columns)
    else:
        upper = figure.subplots()
    _bars(upper, report, words)
    return figure


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
        _broken(
            f"{report.rows.titles[row.kpi_id][words.language]}"
            f" · {words(row.role) if row.role else ''}"
        )
        for row in rows
    ]
    axes.set_yticks(range(len(rows)), names, fontproperties=_font(8.5))
    axes.set_xlim(0, 118)
    _percent_axis(axes.xaxis)
    # Above the legend and not beside it: long names leave the bars little of the width.
    axes.set_title(words("chart_title"), fontproperties=_font(10), loc="left", color=INK, pad=20)
    axes.legend(
        prop=_font(8),
        frameon=False,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0.2,
    )
    _plain(axes)


def _broken(name: str) -> str:
    """A bar's name on as many lines as it needs, broken between its words."""
    lines = [""]
    for word in name.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and letters_of(longer) > NAME_LETTERS:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _columns(names: Sequence[str]) -> int:
    """Columns of a legend below the lines, so that the longest name has room."""
    longest = max(map(letters_of, names), default=0) + 8
    return max(1, min(len(names), LEGEND_LETTERS // longest))


def month_labels(months: Sequence[str]) -> list[str]:
    """Months as an axis has room for: the number alone, with the year below at the first and each January."""
    return [
        f"{int(month[5:])}" + (f"\n{month[:4]}" if not place or month[5:] == "01" else "")
        for place, month in enumerate(months)
    ]


def _trend(  # type: ignore[no-untyped-def]
    axes, report: ScorecardReport, words: Words, drawn: Sequence[str], columns: int
) -> None:
    months = report.trend_months
    for kpi, (colour, dash) in zip(drawn, TREND, strict=False):
        known = [
            (position, float(value) * 100)
            for position, value in enumerate(report.trend(kpi))
            if value is not None
        ]
        axes.plot(
            [position for position, _ in known],
            [value for _, value in known],
            color=colour,
            linestyle=DASHES[dash],
            marker="o",
            markersize=3.5,
            linewidth=1.6,
            label=report.rows.titles[kpi][words.language],
        )
    axes.set_xticks(range(len(months)), month_labels(months), fontproperties=_font(8))
    axes.set_xlim(-0.3, len(months) - 0.7)
    _percent_axis(axes.yaxis)
    axes.set_ylim(top=102)
    axes.set_title(words("chart_trend"), fontproperties=_font(10), loc="left", color=INK)
    if drawn:
        axes.legend(
            prop=_font(8),
            frameon=False,
            loc="upper left",
            bbox_to_anchor=(0, -0.24),
            borderaxespad=0,
            ncols=columns,
            handlelength=3.4,
        )
    _plain(axes)


def _percent_axis(axis) -> None:  # type: ignore[no-untyped-def]
    axis.set_major_formatter(lambda value, _: f"{value:g}%" if value <= 100 else "")
    for label in axis.get_ticklabels():
        label.set_fontproperties(_font(8))
    axis.grid(visible=True, color=FAINT, linewidth=0.6)


def _plain(axes) -> None:  # type: ignore[no-untyped-def]
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=INK)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
