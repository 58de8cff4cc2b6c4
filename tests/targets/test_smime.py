"""Mails that only the holder of a certificate's key can read, opened by OpenSSL."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from certificates import opened, persons_certificate

from aftercare.settings import Mail, Recipient
from aftercare.targets.smime import CertificateUnusable, ends_soon, read_certificate, sealed

FIGURES = "王芳 处分 1 项"
SHEET = b"PK\x03\x04 rows of named people\r\n.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the group's settings."""
    monkeypatch.setenv("AFTERCARE_GROUP", str(tmp_path / "group.yaml"))
    (tmp_path / "certificates").mkdir()
    return tmp_path / "certificates"


def message() -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"], mail["From"], mail["To"] = FIGURES, "爱 <a@x.example>", "hr@x.example"
    mail["Message-ID"] = "<1@x.example>"
    mail.set_content(f"{FIGURES}\n.以点开头\n")
    mail.add_alternative(f"<p>{FIGURES}</p>", subtype="html")
    mail.add_attachment(SHEET, maintype="application", subtype="zip", filename="六月.xlsx")
    return mail


def seal(report_key: str = "scorecards/2026-06") -> EmailMessage:
    return sealed(message(), read_certificate("certificates/hr.pem"), report_key, "zh")


def test_all_but_the_way_is_within_and_opens_with_the_persons_key(folder: Path) -> None:
    file = persons_certificate(folder, "hr")
    content = seal().as_bytes(policy=SMTP)
    found = opened(content, file)
    assert found["Subject"] == FIGURES
    text, html = found.get_body(("plain",)), found.get_body(("html",))
    assert text.get_content().splitlines() == [FIGURES, ".以点开头"]
    assert html.get_content().strip() == f"<p>{FIGURES}</p>"
    (sheet,) = found.iter_attachments()
    assert (sheet.get_filename(), sheet.get_content()) == ("六月.xlsx", SHEET)


def test_outside_stand_the_way_and_a_subject_without_figures(folder: Path) -> None:
    persons_certificate(folder, "hr")
    outer = seal()
    assert outer.get_content_type() == "application/pkcs7-mime"
    assert outer["Content-Type"].params["smime-type"] == "enveloped-data"
    assert (outer["From"], outer["To"]) == ("爱 <a@x.example>", "hr@x.example")
    assert outer["Message-ID"] == "<1@x.example>"
    assert outer["Subject"] == "加密邮件：月度评分 2026-06"
    assert not outer.is_multipart()


@pytest.mark.parametrize(
    ("report_key", "subject"),
    [
        ("scorecards/2026-06/store/SK01", "加密邮件：月度评分 2026-06 SK01"),
        ("morning/2026-06-30", "加密邮件：早报 2026-06-30"),
        # The number of a step has an employee's in it.
        ("overturned/2026-06.E07.oral_warning", "加密邮件：被推翻的处分步骤 2026-06"),
        ("scorecards/2026-06/employee/E07", "加密邮件：月度评分 2026-06"),
        ("another", "加密邮件：客户关爱"),
    ],
)
def test_the_subject_names_the_report_and_nobody(
    folder: Path, report_key: str, subject: str
) -> None:
    persons_certificate(folder, "hr")
    assert seal(report_key)["Subject"] == subject


def test_a_certificate_of_somebody_else_opens_nothing(folder: Path) -> None:
    persons_certificate(folder, "hr")
    other = persons_certificate(folder, "other")
    content = seal().as_bytes(policy=SMTP)
    other.with_suffix(".key").replace(folder / "thief.key")
    thief = other.replace(folder / "thief.pem")
    with pytest.raises(Exception, match=r"returned non-zero exit status"):
        opened(content, thief)


def test_a_certificate_that_does_not_say_what_it_is_for_may_encrypt(folder: Path) -> None:
    file = persons_certificate(folder, "hr", encrypts=None)
    assert opened(seal().as_bytes(policy=SMTP), file)["Subject"] == FIGURES


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"days": (-400, -1)}, "the certificate expired on .*ask the recipient for a new one"),
        ({"days": (2, 300)}, "the certificate holds from .* on"),
        ({"is_rsa": False}, "nothing can be encrypted with it"),
        ({"encrypts": False}, "nothing can be encrypted with it"),
        (
            {"is_authority": True},
            "is the certificate of an authority .*ask the recipient for theirs",
        ),
    ],
)
def test_a_certificate_that_cannot_be_used_is_told_with_its_file(
    folder: Path, made: dict[str, bool], told: str
) -> None:
    persons_certificate(folder, "hr", **made)
    with pytest.raises(CertificateUnusable, match=rf"certificates/hr\.pem: .*{told}"):
        read_certificate("certificates/hr.pem")


def test_a_certificate_that_says_it_is_no_authority_s_may_encrypt(folder: Path) -> None:
    file = persons_certificate(folder, "hr", is_authority=False)
    assert opened(seal().as_bytes(policy=SMTP), file)["Subject"] == FIGURES


@pytest.mark.parametrize("order", [("authority", "own"), ("own", "authority"), ("own", "own")])
def test_of_several_certificates_in_a_file_none_is_taken(
    folder: Path, order: tuple[str, ...]
) -> None:
    for name, is_authority in (("authority", True), ("own", False)):
        persons_certificate(folder, name, is_authority=is_authority)
    chain = b"".join((folder / f"{name}.pem").read_bytes() for name in order)
    (folder / "hr.pem").write_bytes(chain)
    with pytest.raises(CertificateUnusable, match=r"certificates/hr\.pem: holds 2 certificates"):
        read_certificate("certificates/hr.pem")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read"),
        (b"", "is no certificate in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is no certificate"),
        (b"-----BEGIN PRIVATE KEY-----\n", "holds a private key"),
    ],
)
def test_a_file_that_is_no_certificate_is_told(
    folder: Path, content: bytes | None, told: str
) -> None:
    if content is not None:
        (folder / "hr.pem").write_bytes(content)
    with pytest.raises(CertificateUnusable, match=rf"certificates/hr\.pem: {told}"):
        read_certificate("certificates/hr.pem")


def test_a_certificate_near_its_end_is_known(folder: Path) -> None:
    persons_certificate(folder, "hr", days=(-1, 20))
    persons_certificate(folder, "other", days=(-1, 40))
    ends = [ends_soon(read_certificate(f"certificates/{name}.pem")) for name in ("hr", "other")]
    assert ends == [True, False]


@pytest.mark.parametrize("path", ["/etc/hr.pem", "../hr.pem", "certificates/../../hr.pem", ""])
def test_a_certificate_lies_below_the_folder_of_the_settings(path: str) -> None:
    with pytest.raises(ValueError, match="below the folder of the group's settings"):
        Recipient(address="hr@x.example", certificate=path)


def mail_of(*certificates: str) -> Mail:
    """One address in several roles, each with a certificate."""
    roles = zip(("operator", "steward", "hr"), certificates, strict=False)
    written = ("HR@x.example", "hr@x.example", " hr@X.example")
    recipients = {
        role: [{"address": address, "certificate": file}]
        for (role, file), address in zip(roles, written, strict=False)
    }
    given = {"sender": "a@x.example", "allowed_domains": ["x.example"], "recipients": recipients}
    return Mail.model_validate(given)


def test_an_address_has_one_certificate_in_all_roles() -> None:
    same = mail_of("certificates/hr.pem", "./certificates/hr.pem", "certificates/hr.pem")
    assert same.certificate_of("Hr@x.example ") == "certificates/hr.pem"
    assert same.certificate_of("other@x.example") is None
    two = r"one address has two certificates, certificates/hr\.pem and certificates/old\.pem"
    with pytest.raises(ValueError, match=two):
        mail_of("certificates/hr.pem", "certificates/hr.pem", "certificates/old.pem")
