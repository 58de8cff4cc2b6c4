"""Warehouses of every version that was ever frozen are upgraded, and a night runs on them."""

import pytest
from upgrades import FILES, thawed, upgrade_and_run_a_night


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_filled_warehouse_is_upgraded_and_a_night_runs_on_it(file, postgres, tmp_path):
    with thawed(file, postgres, tmp_path) as given:
        upgrade_and_run_a_night(*given)
