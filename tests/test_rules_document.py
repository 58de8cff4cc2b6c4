"""docs/rules.md says of every rule that is policy today: its kind, pack, lines and place.

Of section a, follow-ups and reminders, it says rule by rule where it stands, or that it does not;
of sections d, e and h so, too (`rule_sections`).
"""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import house_policy
from rule_sections import all_rows

from aftercare.rules.follow_ups import FOLDER
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT

DOCUMENT = PROJECT / "docs" / "rules.md"
HEAD = ["| Rule | Kind | Pack | Policy lines | Worked out in |", "|-|-|-|-|-|"]
SECTION = Path(__file__).parent / "policy" / "section_a.yaml"
SECTION_HEAD = [
    "| Rule | Kind | About | Stands in | Situations | Not yet |",
    "|-|-|-|-|-|-|",
]
KINDS = {"task", "modifier", "kpi", "report", "right", "human"}
NUMBERS = {"S4": (*range(1, 11), 26, 27), "S2": range(1, 19), "S3": (*range(1, 6), 17, 20)}
PLACES = {
    FOLDER: ("task", "include/sql/care/place_tasks.sql"),
    "kpis/": ("kpi", "include/sql/kpis/{stem}.sql"),
    "scoring": ("kpi", "plugins/aftercare/rules/scoring.py"),
    "points": ("kpi", "plugins/aftercare/rules/points.py"),
    "targets": ("kpi", "plugins/aftercare/rules/targets.py"),
    "sanctions": ("report", "plugins/aftercare/rules/sanctions.py"),
    "rewards": ("report", "plugins/aftercare/rules/rewards.py"),
    "month": ("modifier", "plugins/aftercare/stages/scorecards.py"),
    "opening": ("modifier", "plugins/aftercare/rules/opening.py"),
    "messages": ("modifier", "plugins/aftercare/rules/message_hours.py"),
    "calls": ("modifier", "plugins/aftercare/rules/call_hours.py"),
    "attempts": ("modifier", "include/sql/care/judge_tasks.sql"),
    "cover": ("modifier", "include/sql/care/judge_tasks.sql"),
    "customer_classes": ("modifier", "plugins/aftercare/rules/customer_class.py"),
    "service_due": ("modifier", "include/sql/service_due/find_dues.sql"),
    "statements": ("right", "plugins/aftercare/told_month.py"),
    "scripts": ("modifier", "plugins/aftercare/rules/script_policy.py"),
}


def place(item: str) -> tuple[str, str]:
    kind, path = next(found for start, found in PLACES.items() if item.startswith(start))
    return kind, path.format(stem=item.rpartition("/")[2])


OF_RULES = {
    "S1-40": "plugins/aftercare/told_month.py",
    "S1-41": "plugins/aftercare/rules/objection_terms.py",
    "S1-44": "plugins/aftercare/runs/month.py",
}
"""Rules whose values stand beside others in one file and are worked out elsewhere."""


def place_of(policy: Policy, rule: str, pack: str, item: str) -> tuple[str, str]:
    """The kind of a rule of a pack, and where it is worked out."""
    kind, path = place(item)
    if shared := policy.attributes(pack, item).get("statement"):
        path = f"include/sql/kpis/{shared}.sql"
    return kind, OF_RULES.get(rule, path)


def table(policy: Policy) -> list[str]:
    """One row per rule, pack and file, with the names of the values that carry the rule."""
    names: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for line in policy.lines:
        names[line.rule, line.pack, line.item].add(line.name)
    rows = []
    for (rule, pack, item), found in sorted(names.items()):
        kind, path = place_of(policy, rule, pack, item)
        values = ", ".join(f"`{name}`" for name in sorted(found))
        lines = f"`{pack}/{item}`" if item.startswith(FOLDER) else f"`{pack}/{item}`: {values}"
        rows.append(f"| {rule} | {kind} | {pack} | {lines} | `{path}` |")
    return HEAD + rows


@cache
def section() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(SECTION.read_text(encoding="utf-8"))
    return found


def files(rule: str) -> list[str]:
    """The policy files that carry a rule of section a, for a task its follow-ups only."""
    items = {(line.pack, line.item) for line in house_policy().lines if line.rule == rule}
    is_task = section()[rule]["kind"] == "task"
    return sorted(
        f"{pack}/{item}" for pack, item in items if item.startswith(FOLDER) or not is_task
    )


def situations(rule: str) -> list[str]:
    """The files of situations of a rule's follow-ups and KPIs, and those of a modifier."""
    wanted = {
        name.replace(FOLDER, "") if FOLDER in name else name.partition("/")[2]
        for name in files(rule)
    }
    folder = SECTION.parent
    paths = (*folder.glob("follow_ups/*/*.yaml"), *folder.glob("kpis/*.yaml"))
    own = folder.glob(f"modifiers/test_{rule.lower().replace('-', '_')}.py")
    return sorted(
        [
            str(path.relative_to(folder).with_suffix(""))
            for path in paths
            if str(path.relative_to(folder).with_suffix("")).removeprefix(FOLDER) in wanted
        ]
        + [str(path.relative_to(folder).with_suffix("")) for path in own]
    )


def section_table() -> list[str]:
    """One row per rule of section a, in the order of the file."""
    rows = []
    for rule, entry in section().items():
        stands = "<br>".join(f"`{name}`" for name in (*files(rule), *entry.get("in", ())))
        shown = (f"{case}: `{test}`" for case, test in entry.get("shown_by", {}).items())
        played = "<br>".join((*(f"`{name}`" for name in situations(rule)), *shown))
        cells = (rule, entry["kind"], entry["about"], stands, played, entry.get("not_yet", ""))
        rows.append("| " + " | ".join(cell or "–" for cell in cells) + " |")
    return SECTION_HEAD + rows


def test_the_tables_of_rules_are_the_policy() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    written = [line for line in text.splitlines() if line.startswith("|")]
    expected = [*table(house_policy()), *section_table(), *all_rows()]
    assert written == expected, "docs/rules.md shall hold these tables:\n" + "\n".join(expected)


def test_every_place_that_the_table_names_is_there() -> None:
    policy = house_policy()
    for line in policy.lines:
        path = place_of(policy, line.rule, line.pack, line.item)[1]
        assert (PROJECT / path).is_file()


def test_every_rule_of_section_a_is_there_once_and_says_what_it_is() -> None:
    known = {
        f"{document}-{number:02}" for document, numbers in NUMBERS.items() for number in numbers
    }
    assert set(section()) == known
    for rule, entry in section().items():
        assert entry["kind"] in KINDS, rule
        assert files(rule) or entry.get("in") or entry.get("not_yet"), rule
        assert all((PROJECT / name).is_file() for name in entry.get("in", ())), rule


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(
    "rule",
    [
        rule
        for rule, entry in section().items()
        if entry["kind"] == "modifier" and (files(rule) or "in" in entry)
    ],
)
def test_every_modifier_is_shown_by_an_ordinary_case_an_edge_and_an_exception(rule: str) -> None:
    shown = section()[rule]["shown_by"]
    assert list(shown) == ["ordinary", "edge", "exception"]
    assert len(set(shown.values())) == 3
    for each in shown.values():
        file, _, name = each.partition("::")
        assert name in names_in(file), each


@pytest.mark.parametrize(
    "rule", [rule for rule, entry in section().items() if entry["kind"] == "task" and files(rule)]
)
def test_every_task_rule_that_is_built_has_three_situations_and_an_exception(rule: str) -> None:
    expected = [
        situation["expect"]
        for name in situations(rule)
        for situation in yaml.safe_load(
            (SECTION.parent / f"{name}.yaml").read_text(encoding="utf-8")
        ).values()
    ]
    assert len(situations(rule)) == len(files(rule))
    assert len(expected) >= 3 * len(files(rule))
    assert expected.count(None) >= len(files(rule))
