"""Five hundred spoilt answers and files: no traceback reaches a person, and no word of the rows."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fuzzed import CANARIES, spoil
from sqlalchemy import Engine


def test_five_hundred_spoilt_sources_end_in_words_for_people(
    warehouse: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        spoilt = spoil(warehouse, tmp_path, 500)
    assert spoilt.pulled + len(spoilt.said) == 500
    told = "\n".join(spoilt.said) + caplog.text
    assert not [word for word in ("Traceback", 'File "', "psycopg", "urllib3") if word in told]
    assert [canary for canary in CANARIES if canary in told] == []
