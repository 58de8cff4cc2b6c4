"""What the demo shows of its steps."""

from aftercare.demo.summary import STAGES
from aftercare.stages import month_mails, publish


def test_every_step_that_mails_a_month_is_shown() -> None:
    assert STAGES[-3:] == (publish.STAGE, month_mails.STORES, month_mails.EMPLOYEES)
