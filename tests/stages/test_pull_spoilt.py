"""Whatever a dealer system sends, a person is told in plain words, and no word of the rows."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fuzzed import CANARIES, spoil
from sqlalchemy import Engine


def test_spoilt_answers_and_files_end_in_words_for_people(
    warehouse: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        spoilt = spoil(warehouse, tmp_path, 100)
    assert spoilt.pulled + len(spoilt.said) == 100
    assert min(spoilt.pulled, len(spoilt.said)) > 20
    told = "\n".join(spoilt.said) + caplog.text
    assert [canary for canary in CANARIES if canary in told] == []
