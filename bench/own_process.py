"""Work in a process of its own, because its memory and seconds are the figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from aftercare.settings import PROJECT


def said_by(module: str, given: object) -> dict[str, Any]:
    """What a module says as JSON in its last line, run with ``given`` as JSON on its input.

    Raises RuntimeError with what it complained of when it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "plugins")},
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak_mb() -> float:
    """This process's own peak: that of the system's accounts begins with its parent's memory."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0]) / 1024
    raise ValueError("the system does not tell a process's peak memory")
