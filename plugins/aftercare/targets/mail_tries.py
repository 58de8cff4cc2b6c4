"""Mails sent one after the other, each under a key of its own: what one comes to stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aftercare.errors import PipelineFault, SystemUnreachable
from aftercare.targets.mail_ledger import raise_unusable
from aftercare.targets.smime import CertificateUnusable

MOST_IN_VAIN = 10
"""Mails in a row that have to wait; then the server is down, and the rest waits for another run."""


class MailTries:
    """What deliveries one after the other came to: a mail that waits or cannot be made stops no other."""

    def __init__(self) -> None:
        self.changed = self.waiting = self._in_vain = 0
        self.faults: dict[str, PipelineFault] = {}
        self._unusable: list[CertificateUnusable] = []

    @contextmanager
    def next(self, key: str) -> Iterator[None]:
        """One delivery, of the report with this key."""
        try:
            yield
        except SystemUnreachable:
            self.waiting += 1
            self._in_vain += 1
        except CertificateUnusable as problem:
            self._unusable.append(problem)
        except PipelineFault as fault:
            # It says nothing about the server.
            self.faults[key] = fault
        else:
            self._in_vain = 0

    @property
    def is_in_vain(self) -> bool:
        """Whether so many had to wait, one after the other, that the server must be down."""
        return self._in_vain >= MOST_IN_VAIN

    def raise_troubles(self, name: str, waiting: int) -> None:
        """Raises what there is: SystemUnreachable where mails of ``name`` wait, ``waiting`` in all for the server,
        CertificateUnusable where one could not be encrypted, and PipelineFault where one could not be made."""
        if self.waiting:
            raise SystemUnreachable(f"{waiting} mails of {name} wait for the mail server")
        raise_unusable(self._unusable)
        if self.faults:
            first, fault = next(iter(self.faults.items()))
            raise PipelineFault(
                f"{len(self.faults)} of {name} could not be made, the others were tried; the first is "
                f"{first}: {fault}"
            ) from fault
