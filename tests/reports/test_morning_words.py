"""Words of the morning mail and of the list of cases: where to go is what the menu says."""

import pytest

from aftercare.reports.cases_workbook import GUIDE
from aftercare.reports.morning_words import TEXTS, WORDS


@pytest.mark.parametrize(
    "text", [WORDS["cases_note"][0], TEXTS["cases_action"][0], "".join(GUIDE["zh"])]
)
def test_the_page_is_named_as_it_stands_in_the_menu(text: str) -> None:
    assert "Airflow 菜单“Aftercare” 页面" in text
