"""Rules bind from the first day of a month on which everybody could know them."""

from datetime import date
from pathlib import Path

import pytest

from aftercare.rules.binding import lacks, why_on_trial
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT

JUNE = date(2026, 6, 1)
HEARD = "consultation: minutes of 12 May\n"
EARLY, LATE = "published_on: 2026-06-01\n", "published_on: 2026-06-02\n"


def policy(folder: Path, **packs: str) -> Policy:
    for name, more in packs.items():
        (folder / name).mkdir()
        text = f"pack: {name}\ntitle: {{zh: 甲, en: A}}\n{more}"
        (folder / name / "pack.yaml").write_text(text, encoding="utf-8")
    return Policy.load(folder)


@pytest.mark.parametrize(
    ("shop", "norm", "house", "lacking"),
    [
        (EARLY + HEARD, EARLY + HEARD, EARLY + HEARD, []),
        (LATE + HEARD, EARLY + HEARD, EARLY + HEARD, [("shop", "published_late")]),
        (EARLY, EARLY + HEARD, EARLY + HEARD, [("shop", "consultation")]),
        (EARLY + HEARD, HEARD, EARLY + HEARD, [("norm", "published_on")]),
        (EARLY + HEARD, EARLY, LATE, [("norm", "consultation"), ("house", "published_late")]),
    ],
)
def test_a_month_binds_where_every_pack_was_published_by_its_first_day_and_consulted_on(
    tmp_path: Path, shop: str, norm: str, house: str, lacking: list[tuple[str, str]]
) -> None:
    made = policy(tmp_path, shop=f"extends: [norm]\n{shop}", norm=norm, house=house)
    found = lacks(made, "shop", JUNE)
    assert [(lack.pack, lack.want) for lack in found][: len(lacking)] == lacking
    if not lacking:
        assert found == ()


def test_the_house_is_asked_although_no_pack_extends_it(tmp_path: Path) -> None:
    made = policy(tmp_path, shop=EARLY + HEARD, house=HEARD)
    assert [lack.pack for lack in lacks(made, "shop", JUNE)] == ["house"]


def test_every_reason_is_said_in_both_languages(tmp_path: Path) -> None:
    made = policy(tmp_path, shop="extends: [house]\n", house=LATE)
    assert why_on_trial(lacks(made, "shop", JUNE)) == {
        "zh": "shop 没有公布日期（published_on）；shop 没有征求意见的记录（consultation）；"
        "house 于 2026-06-02 才公布，在当月 1 日之后；house 没有征求意见的记录（consultation）",
        "en": "shop has no day of publication (published_on); "
        "shop names no consultation of staff (consultation); "
        "house was published on 2026-06-02, after the month began; "
        "house names no consultation of staff (consultation)",
    }


def test_every_pack_as_delivered_names_a_consultation_that_says_it_is_a_sample() -> None:
    known = Policy.load(PROJECT / "include" / "policy")
    for name, pack in known.packs.items():
        assert "示例" in str(pack.consultation), name
        assert not lacks(known, name, date(2026, 1, 1))
