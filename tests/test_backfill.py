from datetime import date
from pathlib import Path

import pytest

from aftercare import backfill
from aftercare.errors import PeriodRefused

DAGS = Path(__file__).resolve().parents[1] / "dags"


def planned(dag_id: str, bounds: tuple[str, str]) -> list[str | None]:
    """Partition keys that Airflow's own timetable gives between two instants."""
    import pendulum
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    bag = DagBag(str(DAGS), bundle_path=DAGS)
    timetable = decode_timetable(encode_timetable(bag.dags[dag_id].timetable))
    first, last = (pendulum.parse(bound) for bound in bounds)
    infos = timetable.iter_partition_dagrun_infos(earliest=first, latest=last)
    return [info.partition_key for info in infos]


def test_the_bounds_of_nights_lose_neither_the_first_nor_the_last():
    keys = backfill.night_keys(date(2026, 6, 28), date(2026, 7, 1), today=date(2026, 7, 2))
    assert keys == ["2026-06-28", "2026-06-29", "2026-06-30", "2026-07-01"]
    assert planned(backfill.NIGHT_DAG, backfill.night_bounds(keys)) == keys


def test_the_bounds_of_months_lose_neither_the_first_nor_the_last():
    keys = backfill.month_keys("2025-12", "2026-03")
    assert planned(backfill.MONTH_DAG, backfill.month_bounds(keys)) == keys


def test_a_range_whose_last_night_is_not_over_is_refused():
    with pytest.raises(PeriodRefused, match="is not over yet"):
        backfill.night_keys(date(2026, 6, 28), date(2026, 7, 1), today=date(2026, 7, 1))


def test_a_range_in_the_wrong_order_is_refused():
    with pytest.raises(PeriodRefused, match="earlier month first"):
        backfill.month_keys("2026-08", "2026-05")
