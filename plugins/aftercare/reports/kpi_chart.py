"""The workbook's own charts: a bar for each figure in a frame as long as its target, and lines of the trend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aftercare.reports.chart_colours import COLOURS, FAINT, INK, OTHER, PATTERNED, TREND
from aftercare.reports.scorecard_report import KpiRow, shown
from aftercare.reports.scorecard_sheets import TOP, SheetMaker

BAR, FRAME = 24, 90
"""Pixels of a bar with its gap, and of title and legend."""
FIGURE, TARGET = 5, 6
"""Columns of the figures' sheet that the chart reads."""
LINES_SIZE = {"width": 980, "height": 380}


def kpi_chart(made: SheetMaker, sheet: Any, name: str, last: int, columns: int) -> None:
    """Draw the chart below the table that ends at row ``last``.

    Bars are named in a column that is not shown, beyond the table's ``columns``.
    """
    rows = made.report.kpi_rows
    first, ends = TOP + 1, columns + 1
    titles, language = made.report.rows.titles, made.words.language
    for place, row in enumerate(rows, first):
        post = made.words(row.role) if row.role else ""
        sheet.write_string(place, columns, f"{titles[row.kpi_id][language]} · {post}", made.plain)
        sheet.write_number(place, ends, 1, made.share)
    sheet.set_column(columns, ends, None, None, {"hidden": True})
    chart = made.book.add_chart({"type": "bar"})
    chart.show_hidden_data()
    labels = [name, first, columns, last, columns]
    chart.add_series(
        {
            "name": [name, TOP, FIGURE],
            "categories": labels,
            "values": [name, first, FIGURE, last, FIGURE],
            "fill": {"color": OTHER},
            "points": [_look(row) for row in rows],
            "gap": 40,
            "overlap": 100,
        }
    )
    # A line across horizontal bars is not to be had in a native chart; a frame is.
    chart.add_series(
        {
            "name": [name, TOP, TARGET],
            "categories": labels,
            "values": [name, first, TARGET, last, TARGET],
            "fill": {"none": True},
            "border": {"color": INK, "width": 1.5},
        }
    )
    # Numbers stand beyond the longest frame: at a bar's end they would lie on it.
    chart.add_series(
        {
            "name": " ",  # one of no letters: not every program leaves it out of the legend
            "categories": labels,
            "values": [name, first, ends, last, ends],
            "fill": {"none": True},
            "border": {"none": True},
            "data_labels": {
                "value": True,
                "position": "outside_end",
                "custom": [{"value": shown(row.value)} for row in rows],
            },
        }
    )
    chart.set_title({"name": made.words("chart_title"), "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "major_tick_mark": "none", "line": {"color": FAINT}})
    chart.set_x_axis(_per_cent(1.1) | {"label_position": "high"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 980, "height": FRAME + BAR * len(rows)})
    sheet.insert_chart(last + 2, 0, chart)
    sheet.set_h_pagebreaks([last + 2])  # paper cuts no chart in two


def trend_chart(
    made: SheetMaker, sheet: Any, name: str, last: int, drawn: Sequence[tuple[int, str]]
) -> None:
    """Draw lines below the table of months that ends at row ``last``: ``drawn`` are rows and their titles."""
    chart = made.book.add_chart({"type": "line"})
    months = len(made.report.trend_months)
    for (row, title), (colour, dash) in zip(drawn, TREND, strict=False):
        chart.add_series(
            {
                "name": title,
                "categories": [name, TOP, 1, TOP, months],
                "values": [name, row, 1, row, months],
                "line": {"color": colour, "width": 2, "dash_type": dash},
                "marker": {
                    "type": "circle",
                    "size": 5,
                    "fill": {"color": colour},
                    "border": {"color": colour},
                },
            }
        )
    chart.show_blanks_as("gap")  # a month without a figure is no 0
    chart.set_title({"name": made.words("chart_trend"), "name_font": {"size": 12}})
    chart.set_x_axis({"major_tick_mark": "none", "line": {"color": FAINT}})
    chart.set_y_axis(_per_cent(1))
    chart.set_legend({"position": "bottom"})
    chart.set_size(LINES_SIZE)
    sheet.insert_chart(last + 2, 0, chart)
    sheet.set_h_pagebreaks([last + 2])


def _per_cent(top: float) -> dict[str, Any]:
    return {
        "min": 0,
        "max": top,
        "major_unit": 0.2,
        "num_format": "0%",
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": FAINT, "width": 0.5}},
    }


def _look(row: KpiRow) -> dict[str, Any]:
    colour = COLOURS.get(row.role or "", OTHER)
    if row.role in PATTERNED:
        stripes = {"pattern": "wide_upward_diagonal", "fg_color": colour, "bg_color": "#FFFFFF"}
        return {"pattern": stripes}
    return {"fill": {"color": colour}}
