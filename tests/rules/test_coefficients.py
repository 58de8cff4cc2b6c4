"""What a coefficient may be read from."""

from datetime import date
from pathlib import Path

import pytest

from aftercare.errors import PolicyError
from aftercare.rules.coefficients import Coefficient, coefficients_of
from aftercare.rules.policy import Policy

DAY = date(2026, 6, 30)
SCALE = "{unit: text, reference: of our own, values: {2012-01-01: share, 2026-07-01: null}}"


def policy(folder: Path, entry: str) -> Policy:
    files = {
        "pack.yaml": "pack: house\ntitle: {zh: 集团, en: Group}\n",
        "kpis/loss.yaml": f"rule: S2-38\nroles: [AC]\nscale: {SCALE}\n",
        "scoring.yaml": f"coefficients:\n  - {{name: rate, title: {{zh: 率, en: Rate}}, {entry}}}\n",
    }
    for name, text in files.items():
        path = folder / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Policy.load(folder)


def test_a_coefficient_stays_when_the_kpi_that_it_reads_ends(tmp_path):
    known = policy(tmp_path, "roles: [AC], source: kpi, metric: loss")
    assert coefficients_of(known, "house", DAY) == (
        Coefficient("rate", ("AC",), "loss", is_kpi=True, is_counted=True),
    )
    (later,) = coefficients_of(known, "house", date(2026, 7, 31))
    assert not later.is_counted


def test_a_coefficient_whose_bands_end_by_a_dated_null_is_none_from_that_day_on(tmp_path):
    bands = "{2012-01-01: [{at_least: null, coefficient: 1}], 2026-07-01: null}"
    ended = f"unit: band, reference: of our own, rule: S2-52, values: {bands}"
    policy(tmp_path, "roles: [AC], source: kpi, metric: loss")
    file = tmp_path / "house" / "scoring.yaml"
    file.write_text(
        file.read_text(encoding="utf-8") + f"rate_bands: {{{ended}}}\n", encoding="utf-8"
    )
    known = Policy.load(tmp_path)
    assert [each.name for each in coefficients_of(known, "house", DAY)] == ["rate"]
    assert coefficients_of(known, "house", date(2026, 7, 31)) == ()


def test_a_score_of_others_needs_no_kpi(tmp_path):
    (found,) = coefficients_of(
        policy(tmp_path, "roles: [SC], source: external, metric: SQS"), "house", DAY
    )
    assert (found.is_kpi, found.is_counted) == (False, True)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("roles: [AC], source: kpi, metric: gain", "house has no KPI 'gain'.*`metric` of rate"),
        ("roles: [AC, SC], source: kpi, metric: loss", "loss does not score SC.*`roles` of rate"),
    ],
)
def test_what_it_cannot_be_read_from_is_refused_with_file_and_key(tmp_path, entry, said):
    with pytest.raises(PolicyError, match=said) as refused:
        coefficients_of(policy(tmp_path, entry), "house", DAY)
    assert str(refused.value.file).endswith("scoring.yaml")
    assert refused.value.key == "coefficients.rate"
