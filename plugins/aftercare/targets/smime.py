"""S/MIME: a mail that only the holder of a certificate's key can read.

All of a mail but what the way needs is within: texts, attachments, and the subject, which names figures. Without
a certificate that can be used nothing is sent at all.
"""

from __future__ import annotations

import re
from copy import copy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT, Language, group_file
from aftercare.words import Pair, say

WITHIN = re.compile(r"content-.*|mime-version|subject", re.IGNORECASE)
"""Headers that go into the envelope."""

REPORT = re.compile(
    r"(?P<kind>\w+)(/(?P<period>\d{4}-\d{2}(-\d{2})?))?(/store/(?P<store>[\w.-]+))?.*"
)
"""A report's kind, month or day, and store; what else its key has may say who somebody is."""

SUBJECT: Pair = ("加密邮件：{report}", "Encrypted mail: {report}")
KINDS: dict[str, Pair] = {
    "scorecards": ("月度评分", "scorecards"),
    "morning": ("早报", "morning mail"),
    "late": ("夜间任务未完成", "a night is late"),
    "overturned": ("被推翻的处分步骤", "an overturned step"),
}
OTHER: Pair = ("客户关爱", "customer care")

SOON = timedelta(days=30)
"""How long before a certificate ends people are warned."""


class CertificateUnusable(ConfigurationError):
    """A recipient's certificate is missing, over, or not one to encrypt with: they get nothing until it is replaced."""


def read_certificate(name: str) -> x509.Certificate:
    """The certificate of a recipient; ``name`` is its path below the folder of the group's settings.

    Raises CertificateUnusable, with file and what to do, where nothing can be encrypted with it today.
    """
    path = group_file().parent / name
    shown = str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)

    def unusable(why: str) -> CertificateUnusable:
        return CertificateUnusable(f"{why}; the mails of whose it is wait until then", file=shown)

    try:
        content = path.read_bytes()
    except OSError as problem:
        raise unusable(
            f"cannot be read ({type(problem).__name__}); put the recipient's S/MIME certificate there, as PEM"
        ) from None
    if b"PRIVATE KEY" in content:
        raise unusable(
            "holds a private key, which is its owner's alone; put only the certificate there"
        )
    try:
        certificate, *others = x509.load_pem_x509_certificates(content)
        public = certificate.public_key()
        usages = _key_usages(certificate)
        is_authority = _is_authority(certificate)
    except ValueError:
        raise unusable("is no certificate in PEM; ask the recipient for theirs") from None
    if others:
        # Which one is the person's is not ours to guess: a chain may begin with its authority.
        raise unusable(
            f"holds {len(others) + 1} certificates; put the recipient's alone there, without those of authorities"
        )
    if is_authority:
        raise unusable(
            "is the certificate of an authority (CA:TRUE), whose key is not the recipient's; ask the recipient for theirs"
        )
    now = datetime.now(UTC)
    if certificate.not_valid_after_utc < now:
        ended = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        raise unusable(f"the certificate expired on {ended}; ask the recipient for a new one")
    if certificate.not_valid_before_utc > now:
        begins = f"{certificate.not_valid_before_utc:%Y-%m-%d}"
        raise unusable(
            f"the certificate holds from {begins} on; ask the recipient for one that holds now"
        )
    if not isinstance(public, RSAPublicKey) or usages is False:
        raise unusable(
            "nothing can be encrypted with it; ask the recipient for one with an RSA key for encryption"
        )
    return certificate


def ends_soon(certificate: x509.Certificate) -> bool:
    """Whether a certificate ends within SOON."""
    return certificate.not_valid_after_utc < datetime.now(UTC) + SOON


def sealed(
    message: EmailMessage, certificate: x509.Certificate, report_key: str, language: Language
) -> EmailMessage:
    """A whole message as S/MIME enveloped data (AES-256-CBC); its subject outside says no more than which report it is."""
    within = copy(message)
    outer = EmailMessage(policy=SMTP)
    for name in dict.fromkeys(message.keys()):
        if WITHIN.fullmatch(name):
            continue
        del within[name]
        for value in message.get_all(name, ()):
            outer[name] = str(value)
    outer["Subject"] = _subject(report_key, language)
    envelope = (
        PKCS7EnvelopeBuilder()
        .set_data(within.as_bytes(policy=SMTP))
        .add_recipient(certificate)
        .set_content_encryption_algorithm(AES256)
        .encrypt(Encoding.DER, [PKCS7Options.Binary])
    )
    outer.set_content(
        envelope,
        maintype="application",
        subtype="pkcs7-mime",
        filename="smime.p7m",
        params={"smime-type": "enveloped-data", "name": "smime.p7m"},
    )
    return outer


def _subject(report_key: str, language: Language) -> str:
    found = REPORT.fullmatch(report_key)
    parts = found.groupdict() if found else {}
    kind = say(KINDS.get(parts.get("kind") or "", OTHER), language)
    report = " ".join(part for part in (kind, parts.get("period"), parts.get("store")) if part)
    return say(SUBJECT, language, report=report)


def _key_usages(certificate: x509.Certificate) -> bool | None:
    """Whether the key may carry another one, as encryption needs; None where the certificate does not say."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return usage.key_encipherment


def _is_authority(certificate: x509.Certificate) -> bool:
    """Whether a certificate says that it is there to sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
