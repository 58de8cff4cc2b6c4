"""What a user may see is found out without what makes mails."""

import subprocess
import sys

LOADED = "import sys, aftercare.pages.sight; print('aftercare.reports.mail_layout' in sys.modules)"


def test_what_may_be_seen_of_a_month_is_known_without_the_layout_of_mails() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == "False"
