"""The workbook's own chart of the figures: a bar each, in a frame as long as its target."""

from __future__ import annotations

from typing import Any

from aftercare.reports.chart_colours import COLOURS, FAINT, INK, OTHER, PATTERNED
from aftercare.reports.scorecard_report import KpiRow
from aftercare.reports.scorecard_sheets import TOP, SheetMaker

BAR, FRAME, ROW = 24, 90, 20
"""Pixels of a bar with its gap, of title and legend, and of a sheet's row."""
FIGURE, TARGET, LABEL = 5, 6, 12
"""Columns of the sheet that the chart reads; labels stand in one that is not shown."""


def kpi_chart(made: SheetMaker, sheet: Any, name: str, last: int) -> int:
    """Draw the chart below the table that ends at row ``last``; the first row below the chart."""
    rows = made.report.kpi_rows
    first = TOP + 1
    titles, language = made.report.rows.titles, made.words.language
    for place, row in enumerate(rows, first):
        post = made.words(row.role) if row.role else ""
        sheet.write_string(place, LABEL, f"{titles[row.kpi_id][language]} · {post}", made.plain)
    sheet.set_column(LABEL, LABEL, None, None, {"hidden": True})
    chart = made.book.add_chart({"type": "bar"})
    chart.show_hidden_data()
    labels = [name, first, LABEL, last, LABEL]
    chart.add_series(
        {
            "name": [name, TOP, FIGURE],
            "categories": labels,
            "values": [name, first, FIGURE, last, FIGURE],
            "fill": {"color": OTHER},
            "points": [_look(row) for row in rows],
            "data_labels": {"value": True, "num_format": "0.0%", "position": "outside_end"},
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
    chart.set_title({"name": made.words("chart_title"), "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "major_tick_mark": "none", "line": {"color": FAINT}})
    chart.set_x_axis(
        {
            "min": 0,
            "max": 1.1,
            "label_position": "high",
            "major_unit": 0.2,
            "num_format": "0%",
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": FAINT, "width": 0.5}},
        }
    )
    chart.set_legend({"position": "bottom"})
    height = FRAME + BAR * len(rows)
    chart.set_size({"width": 980, "height": height})
    sheet.insert_chart(last + 2, 0, chart)
    sheet.set_h_pagebreaks([last + 2])  # paper cuts no chart in two
    return last + 3 + -(-height // ROW)


def _look(row: KpiRow) -> dict[str, Any]:
    colour = COLOURS.get(row.role or "", OTHER)
    if row.role in PATTERNED:
        stripes = {"pattern": "wide_upward_diagonal", "fg_color": colour, "bg_color": "#FFFFFF"}
        return {"pattern": stripes}
    return {"fill": {"color": colour}}
