"""A mail server for the demo: takes every mail on 127.0.0.1 and keeps it as a file.

Each mail becomes ``<number>_<subject>.eml`` with its HTML beside it, so that it can be opened in
a mail program or a browser. Nothing leaves this machine.
"""

from __future__ import annotations

import base64
import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from aftercare.demo.ports import LOCALHOST, free_port


class Mailbox:
    """An SMTP server that writes to ``folder``; use as a context manager."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port(2525)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._controller = Controller(self, hostname=LOCALHOST, port=self.port)

    def __enter__(self) -> Mailbox:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keeps one mail; aiosmtpd calls this."""
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        message: Any = BytesParser(policy=policy.default).parsebytes(raw)
        number = 1 + sum(1 for _ in self.folder.glob("*.eml"))
        subject = re.sub(r"[^\w\-]+", "_", str(message["subject"] or "mail"))[:60].strip("_")
        name = f"{number:03d}_{subject}"
        (self.folder / f"{name}.eml").write_bytes(raw)
        html = _html(message)
        if html:
            (self.folder / f"{name}.html").write_text(html, encoding="utf-8")
        return "250 kept"

    def mails(self) -> list[Path]:
        """The mails kept so far, oldest first."""
        return sorted(self.folder.glob("*.eml"))


def _html(message: EmailMessage) -> str | None:
    """The HTML body with its inline pictures inside, so that a browser shows it alone."""
    body = message.get_body(preferencelist=("html",))
    if body is None:
        return None
    html = str(body.get_content())
    for part in message.walk():
        content_id = part.get("Content-ID")
        if content_id and part.get_content_maintype() == "image":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                data = base64.b64encode(payload).decode()
                uri = f"data:{part.get_content_type()};base64,{data}"
                html = html.replace(f"cid:{content_id.strip('<>')}", uri)
    return html
