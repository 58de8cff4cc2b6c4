"""Docs and code say the same: commands, rules, links, settings."""

import re
from pathlib import Path

import click
import pytest

from aftercare.cli import cli
from aftercare.quality.suites import read_suite
from aftercare.settings import Group
from aftercare.sources.feeds import FEEDS

PROJECT = Path(__file__).resolve().parents[1]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
MENTION = re.compile(r"`(?:\S*/)?aftercare((?: [a-z|-]+)+)")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found = set()
    for name, command in group.commands.items():
        found.add((*path, name))
        if isinstance(command, click.Group):
            found |= commands(command, (*path, name))
    return found


def mentioned(text: str) -> set[tuple[str, ...]]:
    """Commands that a page names; `nights|scorecards` names two."""
    found = set()
    for words in MENTION.findall(text):
        names = [word for word in words.split() if not word.startswith("-")]
        if names:
            found |= {(*names[:-1], name) for name in names[-1].split("|")}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_command_that_a_page_names_is_there(page):
    known = commands(cli)
    for words in mentioned(page.read_text(encoding="utf-8")):
        prefixes = {words[:length] for length in range(1, len(words) + 1)}
        assert prefixes & known, f"{page.name}: aftercare {' '.join(words)}"


def test_every_command_is_named_by_a_page():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = {words[:length] for words in mentioned(text) for length in range(1, len(words) + 1)}
    top = {words for words in commands(cli) if len(words) == 1}
    assert top - named == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_index_of_validation_rules_is_the_one_of_the_suites():
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text[text.index("## Rules of validation") :].split("\n## ")[0]
    for feed in FEEDS:
        row = next(line for line in table.splitlines() if line.startswith(f"| {feed} |"))
        listed = dict(re.findall(r"([A-Z]{2}\d{2})\b[^·|]*?\b([CWI])\s*(?=·|\|)", row))
        suite = {rule.rule_id: rule.severity[0].upper() for rule in read_suite(feed).rules}
        assert listed == suite, feed


def test_the_settings_of_the_group_are_explained():
    text = (PROJECT / "docs" / "guide" / "operator.md").read_text(encoding="utf-8")
    missing = [name for name in Group.model_fields if f"`{name}`" not in text]
    assert missing == []


def test_no_page_holds_a_path_of_somebody_s_machine():
    for page in PAGES:
        assert not re.search(r"(?<![\w.])/(?:root|tmp|work|home/\w+)/", page.read_text("utf-8")), (
            page
        )
