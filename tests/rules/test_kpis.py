"""What a policy file says about a KPI beside its dated values."""

from datetime import date
from pathlib import Path

import pytest

from aftercare.errors import PolicyError
from aftercare.rules.kpis import Kpi, kpis_of
from aftercare.rules.policy import Policy

DAY = date(2026, 6, 30)
PACK = "pack: house\ntitle: {zh: 集团, en: Group}\n"


def policy(folder: Path, text: str) -> Policy:
    path = folder / "house" / "kpis" / "loss.yaml"
    path.parent.mkdir(parents=True)
    (folder / "house" / "pack.yaml").write_text(PACK, encoding="utf-8")
    path.write_text("rule: S2-38\n" + text, encoding="utf-8")
    return Policy.load(folder)


def test_a_kpi_is_its_owners_work_and_more_is_better_unless_it_says_otherwise(tmp_path):
    assert kpis_of(policy(tmp_path, "roles: [AC, SC]"), "house", DAY) == (
        Kpi("loss", ("AC", "SC"), "person", "higher"),
    )


def test_a_kpi_says_that_it_is_the_stores_and_that_less_is_better(tmp_path):
    known = policy(tmp_path, "roles: [AC]\ncredit: store\ndirection: lower")
    assert kpis_of(known, "house", DAY) == (Kpi("loss", ("AC",), "store", "lower"),)


def test_a_kpi_says_that_it_is_counted_only_where_somebody_holds_the_post(tmp_path):
    (kpi,) = kpis_of(policy(tmp_path, "roles: [SA]\nonly_where_held: true"), "house", DAY)
    assert kpi == Kpi("loss", ("SA",), "person", "higher", only_where_held=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: {zh: 流失, en: Loss}", "needs `roles:`"),
        ("roles: [AC]\ncredit: team", "`credit` is person or store, not 'team'"),
        ("roles: [AC]\ndirection: down", "`direction` is higher or lower, not 'down'"),
        ("roles: [AC]\nonly_where_held: 1", "`only_where_held` is true or false, not 1"),
    ],
)
def test_what_a_kpi_cannot_be_is_refused_with_its_file(tmp_path, text, said):
    with pytest.raises(PolicyError, match=said) as refused:
        kpis_of(policy(tmp_path, text), "house", DAY)
    assert "loss.yaml" in str(refused.value)


def test_a_kpi_ends_on_the_day_from_which_it_has_no_scale(tmp_path):
    scale = (
        "scale: {unit: text, reference: of our own, values: {2012-01-01: share, 2026-07-01: null}}"
    )
    known = policy(tmp_path, f"roles: [AC]\n{scale}")
    assert [kpi.name for kpi in kpis_of(known, "house", DAY)] == ["loss"]
    assert kpis_of(known, "house", date(2026, 7, 1)) == ()
