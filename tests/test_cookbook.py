"""The exercise of the cookbook says what happens: its commands are run and its outputs compared."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftercare.demo.practice import practice

PROJECT = Path(__file__).resolve().parents[1]
PAGE = PROJECT / "docs" / "cookbook" / "connect-a-dealer-system.md"
BLOCK = re.compile(r"^```(console|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
START = "import sys; from aftercare.cli import main; main()"


@pytest.fixture
def clone(homes: Path, tmp_path: Path) -> Iterator[Path]:
    """A project of its own with an exercise that is up."""
    for name in ("include", "expectations"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    home = homes / "practice"
    (tmp_path / ".practice").symlink_to(home)
    with practice(home, lambda _: None) as command:
        # Where the package is not installed there is no script.
        text = command.read_text(encoding="utf-8")
        command.write_text(
            re.sub(r"exec .*", f"exec {sys.executable} -c '{START}' \"$@\"", text), encoding="utf-8"
        )
        yield tmp_path


def exercise() -> list[tuple[str, str]]:
    page = PAGE.read_text(encoding="utf-8")
    return BLOCK.findall(page[page.index("## Practise first") : page.index("## Your own system")])


def decide(clone: Path, lines: str) -> None:
    """What a reader types into the editor: the lines given stand for those with the same key."""
    for line in lines.splitlines():
        key = line.split(":")[0]
        for file in (
            clone / ".practice" / "group.yaml",
            clone / "include" / "mappings" / "dealer" / "west_dms.yaml",
        ):
            text = file.read_text(encoding="utf-8")
            file.write_text(
                re.sub(rf"(?m)^{re.escape(key)}: (TODO|\[\]).*$", line, text), encoding="utf-8"
            )


def compare(said: str, promised: list[str]) -> None:
    """Every line of the page stands in the output, in this order; … is anything."""
    lines = iter(said.splitlines())
    for wanted in promised:
        if wanted.strip() != "…":
            pattern = ".*".join(re.escape(part) for part in wanted.strip().split("…"))
            assert any(re.fullmatch(pattern, line.strip()) for line in lines), (wanted, said)


def test_the_exercise_goes_as_it_is_written(clone: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "AFTERCARE_PROJECT": str(clone),
        "PYTHONPATH": str(PROJECT / "plugins"),
    }
    ran = 0
    for kind, text in exercise():
        if kind == "yaml":
            decide(clone, text)
            continue
        for part in text.removeprefix("$ ").split("\n$ "):
            command, *promised = part.rstrip("\n").splitlines()
            if command.startswith("export "):
                name, _, value = command.removeprefix("export ").partition("=")
                environment[name] = value.strip("'")
                continue
            done = subprocess.run(
                command.split(),
                cwd=clone,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert "Traceback" not in done.stdout
            compare(done.stdout, promised)
            ran += 1
    assert ran == 7
