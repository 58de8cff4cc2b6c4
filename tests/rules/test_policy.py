"""Policy packs: look-up as of a day, extension, digest, and errors that say where."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from care_group import POLICY, house_policy

from aftercare.errors import ConfigurationError, PolicyError
from aftercare.rules.policy import Policy, PolicyValue

PACK = "pack: {name}\ntitle: {{zh: 甲, en: A}}\n{more}"
DUE = """\
rule: S4-03
title: {zh: 回访, en: Call}
due_after:
  unit: calendar_day
  reference: the manual
  values:
    2012-01-01: 3
    2026-07-01: 2
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def pack(name: str, more: str = "") -> dict[str, str]:
    return {f"{name}/pack.yaml": PACK.format(name=name, more=more)}


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    more = DUE.replace("2012-01-01: 3", "2025-01-01: 5")
    return Policy.load(
        write(
            tmp_path,
            {
                **pack("house"),
                **pack("child", "extends: [house]\n"),
                "house/calls.yaml": DUE,
                "child/calls.yaml": more.replace("zh: 回访", "zh: 电话"),
            },
        )
    )


def test_a_line_is_in_force_from_its_date_on(policy: Policy) -> None:
    on = {day: policy.value("house", "calls", "due_after", day).value for day in days()}
    assert on == {date(2012, 1, 1): 3, date(2026, 6, 30): 3, date(2026, 7, 1): 2}


def days() -> tuple[date, ...]:
    return date(2012, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


def test_a_policy_as_of_a_day_has_always_been_what_stands_on_that_day(tmp_path: Path) -> None:
    own = "rule: S4-03\ndue_after:\n  unit: calendar_day\n  reference: the pack\n  values:\n    2027-01-01: 1\n"
    files = {
        **pack("house"),
        **pack("shop", "extends: [house]\n"),
        "house/call.yaml": DUE,
        "shop/call.yaml": own,
    }
    policy = Policy.load(write(tmp_path, files))

    def due(as_of: date) -> tuple[int, str] | None:
        line = policy.as_of(as_of).find("shop", "call", "due_after", date(2020, 1, 1))
        return (line.value, line.line_id) if line else None

    assert due(date(2011, 12, 31)) is None
    assert due(date(2026, 6, 30)) == (3, "house/call/due_after@2012-01-01")
    assert due(date(2026, 12, 31)) == (2, "house/call/due_after@2026-07-01")
    assert due(date(2027, 1, 1)) == (1, "shop/call/due_after@2027-01-01")


def test_a_line_is_named_by_pack_item_value_and_date(policy: Policy) -> None:
    line = policy.value("house", "calls", "due_after", date(2026, 7, 1))
    assert line.line_id == "house/calls/due_after@2026-07-01"
    assert (line.unit, line.rule, line.reference) == ("calendar_day", "S4-03", "the manual")
    assert line.file.endswith("house/calls.yaml")
    assert line.file_line == 8


def test_a_pack_goes_before_what_it_extends(policy: Policy) -> None:
    line = policy.value("child", "calls", "due_after", date(2026, 1, 1))
    assert line.line_id == "child/calls/due_after@2025-01-01"


def test_a_day_before_the_packs_own_lines_asks_what_it_extends(policy: Policy) -> None:
    line = policy.value("child", "calls", "due_after", date(2024, 1, 1))
    assert line.line_id == "house/calls/due_after@2012-01-01"


def test_attributes_of_the_pack_go_before_those_it_extends(policy: Policy) -> None:
    assert policy.attributes("child", "calls") == {
        "rule": "S4-03",
        "title": {"zh": "电话", "en": "Call"},
    }
    assert policy.items("child") == ("calls",)
    assert policy.lineage("child") == ("child", "house")


def test_a_missing_value_names_value_asker_and_date(policy: Policy) -> None:
    with pytest.raises(PolicyError) as missing:
        policy.value("child", "calls", "due_after", date(2011, 12, 31), asker="make_tasks")
    assert "make_tasks asks for child/calls/due_after as of 2011-12-31" in str(missing.value)
    assert "child or house" in str(missing.value)


def test_an_unknown_pack_is_named_beside_the_known_ones(policy: Policy) -> None:
    with pytest.raises(PolicyError, match="no policy pack 'skoda'; there are child, house"):
        policy.value("skoda", "calls", "due_after", date(2026, 1, 1))


def test_null_says_that_nothing_is_set_and_asks_nobody_else(tmp_path: Path) -> None:
    files = {
        **pack("house"),
        **pack("child", "extends: [house]\n"),
        "house/calls.yaml": DUE,
        "child/calls.yaml": DUE.replace("2012-01-01: 3", "2012-01-01: null"),
    }
    line = Policy.load(write(tmp_path, files)).value(
        "child", "calls", "due_after", date(2020, 1, 1)
    )
    assert line.value is None
    assert line.line_id.startswith("child/")


def test_the_digest_covers_contents_and_neither_comments_nor_place(tmp_path: Path) -> None:
    files = {**pack("house"), "house/calls.yaml": DUE}
    first = Policy.load(write(tmp_path / "a", files)).digest
    commented = files | {"house/calls.yaml": "# why\n" + DUE.replace("    2012", "     2012")}
    commented["house/calls.yaml"] = "# why\n\n" + DUE
    assert Policy.load(write(tmp_path / "b", commented)).digest == first
    for old, new in (
        ("2012-01-01: 3", "2012-01-01: 4"),
        ("en: Call", "en: Ring"),
        ("S4-03", "S4-04"),
    ):
        changed = files | {"house/calls.yaml": DUE.replace(old, new)}
        assert Policy.load(write(tmp_path / new.replace(": ", "-"), changed)).digest != first


@pytest.mark.parametrize(
    ("unit", "written", "value"),
    [
        ("hour", "2", 2),
        ("calendar_month", "3", 3),
        ("share", "0.9", Decimal("0.9")),
        ("share", "1", Decimal(1)),
        ("point", "9.80", Decimal("9.8")),
        ("flag", "true", True),
        ("text", "SC", "SC"),
        ("text", "[SC, AC]", ("SC", "AC")),
        ("text", "{zh: 甲, en: A}", {"zh": "甲", "en": "A"}),
        ("day_of_month", "5", 5),
        ("kilometre_per_day", "40.5", Decimal("40.5")),
        (
            "kilometre_per_day_range",
            "{least: 5, most: 300}",
            {"least": Decimal(5), "most": Decimal(300)},
        ),
        ("kilometre_per_day_by_model", "{逸动: 33}", {"逸动": Decimal(33)}),
        ("kilometre_per_day_by_model", "{}", {}),
        (
            "service_interval",
            "{calendar_month: 6, kilometre: 10000}",
            {"calendar_month": 6, "kilometre": 10000},
        ),
        (
            "service_interval_by_model",
            "{逸动: {calendar_month: 6, kilometre: 10000}}",
            {"逸动": {"calendar_month": 6, "kilometre": 10000}},
        ),
        (
            "period",
            "{calendar_month: 3, calendar_day: 7}",
            {"calendar_month": 3, "calendar_day": 7},
        ),
        (
            "curve",
            "[{at: 0, points: 30}, {at: 0.2, points: 25}, {at: 1, points: 0}]",
            (
                {"at": Decimal(0), "points": Decimal(30)},
                {"at": Decimal("0.2"), "points": Decimal(25)},
                {"at": Decimal(1), "points": Decimal(0)},
            ),
        ),
        ("point_range", "[{least: 6, most: 10}]", ({"least": Decimal(6), "most": Decimal(10)},)),
        (
            "band",
            "[{at_least: 9.8, coefficient: 1.2}, {at_least: null, coefficient: 0.8}]",
            (
                {"at_least": Decimal("9.8"), "coefficient": Decimal("1.2")},
                {"at_least": None, "coefficient": Decimal("0.8")},
            ),
        ),
    ],
)
def test_values_are_typed_by_their_unit(
    unit: str, written: str, value: object, tmp_path: Path
) -> None:
    line = one_value(tmp_path, unit, written)
    assert line == value
    assert type(line) is type(value)


def one_value(folder: Path, unit: str, written: str) -> object:
    text = DUE.replace("calendar_day", unit).replace("    2026-07-01: 2\n", "")
    files = {**pack("house"), "house/calls.yaml": text.replace("01-01: 3", f"01-01: {written}")}
    policy = Policy.load(write(folder, files))
    return policy.value("house", "calls", "due_after", date(2026, 1, 1)).value


@pytest.mark.parametrize(
    ("unit", "written", "needs"),
    [
        ("calendar_day", "three", "a whole number, 0 or more, not 'three'"),
        ("calendar_day", "true", "a whole number"),
        ("calendar_day", "-1", "a whole number, 0 or more"),
        ("calendar_day", "1.5", "a whole number"),
        ("share", "90", "a share from 0 to 1, not 90"),
        ("share", ".inf", "a finite number"),
        ("point", "[1]", "a number"),
        ("flag", "1", "true or false"),
        ("text", "''", "a text"),
        ("day_of_month", "31", "a day from 1 to 28"),
        ("period", "{week: 1}", "calendar_month and calendar_day"),
        ("kilometre_per_day", "0.5", "kilometres a day, 1 or more"),
        ("kilometre_per_day_range", "{least: 5}", "least and most"),
        ("kilometre_per_day_range", "{least: 6, most: 5}", "least not above most"),
        ("kilometre_per_day_by_model", "40", "a table of models"),
        ("service_interval", "{calendar_month: 6}", "calendar_month and kilometre"),
        ("service_interval", "{calendar_month: 0, kilometre: 9}", "from 1 on"),
        ("service_interval_by_model", "{逸动: 6}", "calendar_month and kilometre"),
        ("curve", "[{at: 0, points: 30}]", "from 0 up to 1"),
        ("curve", "[{at: 0, points: 30}, {at: 0.8, points: 0}]", "from 0 up to 1"),
        ("curve", "[{at: 0, points: 3}, {at: 1, points: 4}]", "never rising"),
        ("curve", "[{at: 0, points: 3}, {at: 1, point: 0}]", "points of a curve"),
        ("point_range", "[]", "least and most"),
        ("point_range", "[{least: 6}]", "least and most"),
        ("point_range", "[{least: 6, most: 5}]", "least not above most"),
        ("band", "[{at_least: 1, coefficient: 1}]", "null in the last"),
        (
            "band",
            "[{at_least: 1, coefficient: 1}, {at_least: 2, coefficient: 2}, "
            "{at_least: null, coefficient: 0}]",
            "from high to low",
        ),
    ],
)
def test_a_value_that_does_not_fit_its_unit_is_refused(
    unit: str, written: str, needs: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match=needs) as refused:
        one_value(tmp_path, unit, written)
    assert (refused.value.line, refused.value.key) == (7, "due_after.values.2012-01-01")
    assert str(refused.value.file).endswith("house/calls.yaml")


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message"),
    [
        ("calendar_day", "fortnight", 4, "due_after.unit", "Input should be 'minute', 'hour'"),
        ("  reference: the manual\n", "", 3, "due_after.reference", "Field required"),
        ("rule: S4-03\n", "", 2, "due_after", "has no rule id"),
        ("rule: S4-03", "rule: S9-03", 3, "due_after", "has no rule id"),
        (
            "  values:\n    2012-01-01: 3\n    2026-07-01: 2\n",
            "  value: 3\n",
            3,
            "due_after",
            "undated",
        ),
        ("2026-07-01: 2", "2012-01-01: 2", 8, None, "stands here twice"),
        (
            "2026-07-01: 2",
            "'2012-01-01': 2",
            6,
            "due_after.values",
            "the same date stands here twice",
        ),
        ("2026-07-01: 2", "2026-02-30: 2", 8, None, "2026-02-30 is no day of the calendar"),
        ("2026-07-01: 2", "someday: 2", 8, "due_after.values.someday", "valid date"),
        ("due_after:", "due after:", 3, "due after", "small letters"),
        ("  unit:", "  unti: day\n  unit:", 4, "due_after.unti", "Extra inputs"),
    ],
)
def test_a_broken_value_is_named_by_file_line_and_key(
    old: str, new: str, line: int, key: str | None, message: str, tmp_path: Path
) -> None:
    assert old in DUE
    write(tmp_path, {**pack("house"), "house/calls.yaml": DUE.replace(old, new, 1)})
    with pytest.raises(ConfigurationError, match=message) as refused:
        Policy.load(tmp_path)
    assert (refused.value.line, refused.value.key) == (line, key)
    assert str(refused.value.file).endswith("house/calls.yaml")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({**pack("a", "extends: [b]\n"), **pack("b", "extends: [a]\n")}, "circle: a > b > a"),
        (pack("a", "extends: [b]\n"), "there is no pack 'b'; there are a"),
        ({"a/pack.yaml": PACK.format(name="b", more="")}, "pack is 'b' but its folder is 'a'"),
        ({"a/pack.yaml": "title: {zh: 甲, en: A}\n"}, "Field required"),
        ({**pack("a"), "a/calls.yaml": "- 3\n"}, "is not a mapping of names to values"),
        ({"readme.txt": ""}, "has no pack"),
    ],
)
def test_a_broken_pack_is_refused(files: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=message) as refused:
        Policy.load(write(tmp_path, files))
    assert refused.value.file


def test_what_two_packs_extend_is_asked_once_and_after_both(tmp_path: Path) -> None:
    files = {
        **pack("house"),
        **pack("a", "extends: [house]\n"),
        **pack("b", "extends: [house]\n"),
        **pack("c", "extends: [a, b]\n"),
    }
    assert Policy.load(write(tmp_path, files)).lineage("c") == ("c", "a", "b", "house")


def test_the_projects_packs_load_and_dealers_extend_the_house() -> None:
    policy = house_policy()
    assert {"house", "skoda-dealer", "changan-dealer"} <= set(policy.packs)
    assert policy.lineage("skoda-dealer") == ("skoda-dealer", "house")
    ids = [line.line_id for line in policy.lines]
    assert len(ids) == len(set(ids))


def test_a_copy_of_the_packs_has_their_digest(tmp_path: Path) -> None:
    assert Policy.load(shutil.copytree(POLICY, tmp_path / "x")).digest == house_policy().digest


def test_editors_get_a_schema_of_a_value() -> None:
    schema = PolicyValue.model_json_schema()
    assert set(schema["required"]) == {"unit", "reference", "values"}
    assert "calendar_day" in schema["properties"]["unit"]["enum"]
