"""What tells the posts apart in charts: a colour, and a pattern for who sees no colours."""

from __future__ import annotations

COLOURS = {"SC": "#2b6cb0", "AC": "#b7791f"}
PATTERNED = frozenset({"AC"})
OTHER = "#4a5568"
INK, FAINT = "#1a202c", "#cbd5e0"
