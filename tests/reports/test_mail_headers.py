"""Messages are the standard library's, byte for byte."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy

import pytest

from aftercare.reports.mail_headers import MAIL_POLICY

SUBJECTS = ("2026年6月 您的评分", "Your scorecard of June 2026: " + "figures " * 20)


def message(policy: EmailPolicy, subject: str, texts: tuple[str, str]) -> EmailMessage:
    made = EmailMessage(policy=policy)
    made["Subject"] = subject
    made.set_content(texts[0], cte="base64")
    made.add_alternative(texts[1], subtype="html", cte="base64")
    made.add_attachment(b"PDF", maintype="application", subtype="pdf", filename="评分 2026-06.pdf")
    made["From"] = "和远客户关爱 <aftercare@heyuan.example>"
    made["To"] = "li@heyuan.example"
    made["Reply-To"] = "hr@heyuan.example, wu@heyuan.example"
    made.set_boundary("one")
    (alternative, _) = made.iter_parts()
    alternative.set_boundary("two")
    return made


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_message_is_that_of_the_standard_library(subject: str) -> None:
    texts = ("你好\n" * 40, "<p>你好</p>\n" * 40)
    expected = message(SMTP, subject, texts).as_bytes()
    assert message(MAIL_POLICY, subject, texts).as_bytes() == expected
    # Once more, with headers that were read before.
    assert message(MAIL_POLICY, subject, texts).as_bytes() == expected


def test_headers_of_one_message_are_no_other_messages() -> None:
    first = message(MAIL_POLICY, SUBJECTS[0], ("a", "b"))
    second = message(MAIL_POLICY, SUBJECTS[1], ("c", "d"))
    first.replace_header("To", "zhao@heyuan.example")
    first.get_body(("plain",)).set_param("charset", "gb18030")
    assert second["To"] == "li@heyuan.example"
    assert second.get_body(("plain",)).get_content_charset() == "utf-8"


def test_no_header_is_made_of_a_text_with_a_line_break() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        EmailMessage(policy=MAIL_POLICY)["Subject"] = "June\nBcc: all@heyuan.example"
