"""docs/rules.md says of every rule that is policy today: its kind, pack, lines and place."""

from collections import defaultdict

from care_group import house_policy

from aftercare.rules.due import FOLDER
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT

DOCUMENT = PROJECT / "docs" / "rules.md"
HEAD = ["| Rule | Kind | Pack | Policy lines | Worked out in |", "|-|-|-|-|-|"]
PLACES = {
    FOLDER: ("task", "include/sql/care/place_tasks.sql"),
    "kpis/": ("kpi", "include/sql/kpis/{stem}.sql"),
    "scoring": ("kpi", "plugins/aftercare/rules/scoring.py"),
    "sanctions": ("report", "plugins/aftercare/rules/sanctions.py"),
    "month": ("modifier", "plugins/aftercare/stages/scorecards.py"),
    "service_due": ("modifier", "include/sql/service_due/find_dues.sql"),
}


def place(item: str) -> tuple[str, str]:
    kind, path = next(found for start, found in PLACES.items() if item.startswith(start))
    return kind, path.format(stem=item.rpartition("/")[2])


def table(policy: Policy) -> list[str]:
    """One row per rule, pack and file, with the names of the values that carry the rule."""
    names: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for line in policy.lines:
        names[line.rule, line.pack, line.item].add(line.name)
    rows = []
    for (rule, pack, item), found in sorted(names.items()):
        kind, path = place(item)
        values = ", ".join(f"`{name}`" for name in sorted(found))
        lines = f"`{pack}/{item}`" if item.startswith(FOLDER) else f"`{pack}/{item}`: {values}"
        rows.append(f"| {rule} | {kind} | {pack} | {lines} | `{path}` |")
    return HEAD + rows


def test_the_table_of_rules_is_the_policy() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    written = [line for line in text.splitlines() if line.startswith("|")]
    expected = table(house_policy())
    assert written == expected, "docs/rules.md shall hold this table:\n" + "\n".join(expected)


def test_every_place_that_the_table_names_is_there() -> None:
    for line in house_policy().lines:
        assert (PROJECT / place(line.item)[1]).is_file()
