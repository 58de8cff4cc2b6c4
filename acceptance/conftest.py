"""Acceptance tests stand on the same fixtures as the tests: real servers, nothing of ours mocked."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "fixtures")]

from odoo_crm import *  # noqa: E402

from conftest import *  # noqa: E402
