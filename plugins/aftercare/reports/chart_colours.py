"""What tells posts and lines apart in charts: a colour, and a pattern or dash for who sees no colours."""

from __future__ import annotations

COLOURS = {"SC": "#2b6cb0", "AC": "#b7791f"}
PATTERNED = frozenset({"AC"})
OTHER = "#4a5568"
INK, FAINT = "#1a202c", "#cbd5e0"
TREND = (
    ("#2b6cb0", "solid"),
    ("#c05621", "dash"),
    ("#2f855a", "round_dot"),
    ("#805ad5", "dash_dot"),
    ("#1a202c", "long_dash"),
)
"""Colour and dash of each line of a trend; no chart has more lines than these."""
