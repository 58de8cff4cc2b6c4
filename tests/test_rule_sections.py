"""Sections d, e and h of the rules are whole: every id says what it is, where it stands and what shows it."""

import ast
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from rule_sections import (
    FOLDER,
    OWN,
    SECTIONS,
    entries,
    figures,
    file_of_test,
    lines_of,
    places,
    situations,
)

from aftercare.cli import cli
from aftercare.settings import PROJECT

IDS = {
    "d": {*(f"S2-{number}" for number in range(30, 39)), "S3-08", "S4-23", "S1-10"},
    "e": {*(f"S2-{number}" for number in (*range(40, 46), 50, 51, 52))},
    "h": {
        *(f"S1-{number}" for number in (*range(20, 24), *range(30, 36), *range(40, 46))),
        "S3-18",
        "S3-19",
    },
}
KINDS = {"d": {"kpi"}, "e": {"kpi"}, "h": {"report", "right", "human", "law"}}
LAW = ("S1-31", "S1-33", "S1-34")
EVERY = [(letter, rule) for letter in SECTIONS for rule in entries(letter)]


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("letter", SECTIONS)
def test_every_id_of_a_section_is_there_once_and_says_what_it_is(letter: str) -> None:
    assert set(entries(letter)) == IDS[letter]
    for rule, entry in entries(letter).items():
        assert entry["kind"] in KINDS[letter], rule
        assert entry["about"], rule
        assert entry.keys() <= {
            *("kind", "about", "in", "page", "command", "guide", "tests", "not_yet")
        }, rule


@pytest.mark.parametrize(("letter", "rule"), EVERY)
def test_every_place_and_test_that_a_row_names_is_there(letter: str, rule: str) -> None:
    entry = entries(letter)[rule]
    named = [*entry.get("in", ()), *(entry[key] for key in ("page", "guide") if key in entry)]
    assert [path for path in named if not (PROJECT / path).is_file()] == []
    for words in entry.get("command", ()):
        command: click.Command = cli
        for word in words.split():
            assert isinstance(command, click.Group), words
            command = command.commands[word]
    for each in entry.get("tests", ()):
        assert each.partition("::")[2] in names_in(file_of_test(each)), each


@pytest.mark.parametrize(("letter", "rule"), EVERY)
def test_every_rule_stands_somewhere_and_is_shown(letter: str, rule: str) -> None:
    entry = entries(letter)[rule]
    if entry["kind"] == "human":
        assert entry["not_yet"]
        return
    # A fine has no place: it is shown that there is none.
    assert list(places(rule, entry)) or rule == "S1-31"
    assert situations(rule) or entry.get("tests")


def is_played(letter: str, rule: str) -> bool:
    """Whether a rule is worked out here, so that tables say what of which; S1-10 is about all of them."""
    entry = entries(letter)[rule]
    worked_out = letter in "de" or entry["kind"] == "report" or lines_of(rule)
    return bool(worked_out) and rule != "S1-10" and entry["kind"] != "right"


@pytest.mark.parametrize("rule", [rule for letter, rule in EVERY if is_played(letter, rule)])
def test_every_rule_that_is_worked_out_has_situations(rule: str) -> None:
    files = situations(rule)
    assert files
    for file in files:
        played = yaml.safe_load((PROJECT / file).read_text(encoding="utf-8"))
        assert len(played) >= 3, file


def test_every_file_of_situations_is_of_a_rule() -> None:
    named = {file for letter, rule in EVERY for file in situations(rule)}
    written = {
        str(path.relative_to(PROJECT))
        for folder in OWN
        for path in (FOLDER / folder).glob("*.yaml")
    }
    assert written - named <= {"tests/policy/targets/s2_04.yaml"}


@pytest.mark.parametrize("rule", [rule for letter, rule in EVERY if letter in "de"])
def test_every_kpi_is_a_line_of_scorecards(rule: str) -> None:
    # S1-10 is about all of them.
    assert figures(rule) or rule == "S1-10"


@pytest.mark.parametrize(
    "rule", [rule for rule, entry in entries("h").items() if entry["kind"] == "right"]
)
def test_every_right_has_a_place_where_people_exercise_it(rule: str) -> None:
    entry = entries("h")[rule]
    assert entry.get("page") or entry.get("command")
    assert rule in (PROJECT / entry["guide"]).read_text(encoding="utf-8")
    chinese = PROJECT / entry["guide"].replace(".md", ".zh.md")
    assert rule in chinese.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", LAW)
def test_what_the_law_forbids_is_a_referral_at_most(rule: str) -> None:
    assert entries("h")[rule]["kind"] == "law"
    assert {line.name for line in lines_of(rule)} <= {"refer_from", "refer_within"}
