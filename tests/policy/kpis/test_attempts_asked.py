"""The figure of attempts asks for as many, on the same half-days, as the night that hands tasks out."""

import pytest
from scored_month import house_policy


@pytest.mark.parametrize("name", ["attempts", "afternoon_from"])
def test_the_figure_asks_for_the_attempts_that_the_night_asks_for(name: str) -> None:
    def dated(item: str) -> list[tuple[object, object]]:
        return [
            (line.valid_from, line.value)
            for line in house_policy().lines
            if (line.pack, line.item, line.name) == ("house", item, name)
        ]

    assert dated("kpis/follow_up_attempts") == dated("attempts") != []
