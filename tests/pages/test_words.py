"""Words of the pages: one thing has one name everywhere."""

import pytest

from aftercare.pages.words import COUNTS, WORDS
from aftercare.words import WAYS


@pytest.mark.parametrize("state", ["held", "postponed", "missed", "done", "withdrawn"])
def test_a_state_of_a_task_is_called_as_in_the_morning_mail(state: str) -> None:
    assert COUNTS[state][0] == WAYS[state][0]


def test_the_product_has_the_name_that_its_mails_give_it() -> None:
    assert WORDS["site"] == ("客户关爱", "Aftercare")
