"""The rules of the test run itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]

SKIPS_AND_PASSES = """
import pytest

def test_passes():
    pass

def test_skips():
    pytest.skip("chromium is missing; apt-get install chromium")
"""

SKIPS_WHOLE = """
import pytest

pytest.importorskip("no_such_module_anywhere")

def test_passes():
    pass
"""

FAILS_AS_EXPECTED = """
import pytest

@pytest.mark.xfail
def test_fails():
    assert 1 == 2
"""


def run(folder: Path, text: str, *options: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(text)
    path = os.pathsep.join(str(PROJECT / name) for name in ("tests", "plugins"))
    settings = ["-c", str(PROJECT / "pyproject.toml"), "-p", "conftest", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *settings, *options, str(folder / "test_sample.py")],
        env=os.environ | {"CI": ci, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("options", [[], ["-n", "1"]])
def test_a_skipped_test_fails_the_run_in_ci(tmp_path: Path, options: list[str]) -> None:
    done = run(tmp_path, SKIPS_AND_PASSES, *options, ci="true")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "skipped although CI=true" in done.stdout


@pytest.mark.parametrize("text", [SKIPS_WHOLE, FAILS_AS_EXPECTED])
def test_a_skipped_file_and_an_expected_failure_count_as_skipped(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, text, ci="true").returncode != pytest.ExitCode.OK


def test_a_users_machine_only_says_how_to_get_the_part(tmp_path: Path) -> None:
    done = run(tmp_path, SKIPS_AND_PASSES, ci="")
    assert done.returncode == pytest.ExitCode.OK
    assert "apt-get install chromium" in done.stdout
