"""What a policy says of next services; when they are due stands in tests/stages/test_service_due.py."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from care_group import changed_policy, house_policy

from aftercare.errors import PolicyError
from aftercare.rules.policy import Policy
from aftercare.rules.service_due import terms
from aftercare.settings import PROJECT

ITEM = "house/service_due"
SINCE, LATER = date(2012, 1, 1), date(2026, 7, 1)


def test_every_pack_that_extends_the_house_says_when_services_are_due() -> None:
    for pack in house_policy().packs:
        [found] = terms(house_policy(), pack)
        assert (found.base_from, found.base_to) == (SINCE, date.max)
        assert found.value("typical_daily_km") == Decimal(40)


def test_a_new_dated_line_cuts_what_a_pack_says(tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, ITEM, "typical_daily_km", {LATER: 45})
    before, after = terms(policy, "changan-dealer")
    assert (before.base_to, after.base_from) == (date(2026, 6, 30), LATER)
    assert before.digest == terms(house_policy(), "house")[0].digest != after.digest


def test_a_model_s_own_value_comes_first(tmp_path: Path) -> None:
    policy = changed_policy(tmp_path, ITEM, "typical_daily_km_by_model", {SINCE: {"A": 33}})
    [found] = terms(policy, "house")
    assert found.chosen("typical_daily_km", "A") == (
        Decimal(33),
        f"{ITEM}/typical_daily_km_by_model@2012-01-01",
    )
    for model in ("B", None):
        assert found.chosen("typical_daily_km", model)[0] == Decimal(40)


def test_the_table_of_models_in_the_cookbook_is_one(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "cookbook" / "set-service-intervals.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    changed_policy(tmp_path, ITEM, "periodic_by_model", {})
    (tmp_path / "policy" / "changan-dealer" / "service_due.yaml").write_text(example, "utf-8")
    _, found = terms(changed_policy(tmp_path, ITEM, "periodic_by_model", {}), "changan-dealer")
    assert found.base_from == date(2026, 12, 1)
    assert found.chosen("periodic", "逸动")[0] == {"calendar_month": 6, "kilometre": 7500}
    assert found.chosen("periodic", "CS75")[0] == {"calendar_month": 6, "kilometre": 10000}


def test_a_pack_without_the_item_says_nothing(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "pack.yaml").write_text("pack: alone\ntitle: {zh: 甲, en: A}\n", encoding="utf-8")
    assert terms(Policy.load(tmp_path), "alone") == ()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("first_by_model", None, "is null, and the next service needs a value"),
        ("pair_days", 0, "has to be 1 or more"),
        ("pairs_needed", 0, "has to be 1 or more"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    name: str, value: object, message: str, tmp_path: Path
) -> None:
    policy = changed_policy(tmp_path, ITEM, name, {LATER: value})
    with pytest.raises(PolicyError, match=message) as refused:
        terms(policy, "house")
    assert refused.value.key == name


def test_another_unit_is_refused(tmp_path: Path) -> None:
    changed_policy(tmp_path, ITEM, "first", {})
    (tmp_path / "policy" / "skoda-dealer" / "service_due.yaml").write_text(
        """
first:
  rule: S2-08
  unit: period
  reference: the maker's book
  values:
    2012-01-01: {calendar_month: 3}
""",
        encoding="utf-8",
    )
    with pytest.raises(PolicyError, match="given in service_interval, not in period"):
        terms(changed_policy(tmp_path, ITEM, "first", {}), "skoda-dealer")
