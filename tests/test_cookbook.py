"""The exercises of the cookbook say what happens: their commands are run and their outputs compared."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aftercare.demo.ports import free_port
from aftercare.demo.practice import practice
from aftercare.demo.small_crm import SmallCrm

PROJECT = Path(__file__).resolve().parents[1]
COOKBOOK = PROJECT / "docs" / "cookbook"
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


@pytest.fixture
def crm(clone: Path) -> Iterator[None]:
    """The small CRM is up, where the page has it installed."""
    home = clone / ".practice" / "crm"
    home.mkdir()
    (home / "bin").symlink_to(Path(sys.executable).parent)
    running = SmallCrm(home, free_port(), [sys.executable, "-m", "datasette"])
    running.start()
    yield
    running.stop()
    shutil.rmtree(home)


def exercise(name: str, end: str) -> list[tuple[str, str]]:
    page = (COOKBOOK / f"{name}.md").read_text(encoding="utf-8")
    return BLOCK.findall(page[page.index("## Practise first") : page.index(f"## {end}")])


def decide_about_system(clone: Path, lines: str) -> None:
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


def decide_about_crm(clone: Path, text: str) -> None:
    """A reader writes the mapping, names who works in the CRM, and mends the word that is wrong."""
    mapping = clone / "include" / "mappings" / "crm" / "west_crm.yaml"
    group = clone / ".practice" / "group.yaml"
    if text.startswith("adapter:"):
        mapping.write_text(text, encoding="utf-8")
    elif text.startswith("  stores:"):
        settings = group.read_text(encoding="utf-8")
        default = "  default: workbook\n"
        group.write_text(settings.replace(default, default + text, 1), encoding="utf-8")
    else:
        written = mapping.read_text(encoding="utf-8")
        mapping.write_text(written.replace("    remarks:", text.rstrip(), 1), encoding="utf-8")


def value_of(clone: Path, text: str) -> str:
    """What a shell makes of a value: a text, or what stands in a file."""
    told = re.fullmatch(r'"\$\(cat (.*)\)"', text)
    return (clone / told.group(1)).read_text(encoding="utf-8") if told else text.strip("'")


def compare(said: str, promised: list[str]) -> None:
    """Every line of the page stands in the output, in this order; … is anything."""
    lines = iter(said.splitlines())
    for wanted in promised:
        if wanted.strip() != "…":
            pattern = ".*".join(re.escape(part) for part in wanted.strip().split("…"))
            assert any(re.fullmatch(pattern, line.strip()) for line in lines), (wanted, said)


def follow(
    clone: Path,
    blocks: list[tuple[str, str]],
    decide: Callable[[Path, str], None],
    environment: dict[str, str],
) -> int:
    """Does what a page says, word by word; the number of commands."""
    ran = 0
    for kind, text in blocks:
        if kind == "yaml":
            decide(clone, text)
            continue
        for part in text.removeprefix("$ ").split("\n$ "):
            command, *promised = part.rstrip("\n").splitlines()
            if command.startswith("export "):
                name, _, value = command.removeprefix("export ").partition("=")
                environment[name] = value_of(clone, value)
                continue
            done = subprocess.run(
                shlex.split(command),
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
    return ran


def test_the_exercises_go_as_they_are_written(clone: Path, crm: None) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "AFTERCARE_PROJECT": str(clone),
        "PYTHONPATH": str(PROJECT / "plugins"),
    }
    system = exercise("connect-a-dealer-system", "Your own system")
    assert follow(clone, system, decide_about_system, environment) == 7
    assert follow(clone, exercise("rest-crm", "Your own CRM"), decide_about_crm, environment) == 11
