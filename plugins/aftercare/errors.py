"""Every error that Aftercare raises on purpose.

    AftercareError
    ├── Retriable            the same call may succeed later: Airflow tries again
    │   └── SystemUnreachable    a dealer system, CRM or mail server does not answer
    └── Fatal                trying again changes nothing: a person must act
        ├── ConfigurationError   a configuration file or connection is wrong
        │   └── PolicyError          a policy value is missing, undated or was edited after use
        ├── BadData              rows or files that cannot be used
        │   └── BatchRefused         too many bad rows: nothing of this load goes on
        ├── DeliveryStopped      a push that looks wrong: nothing more of it leaves
        ├── PeriodRefused        a partition key that is missing, open or malformed
        ├── PipelineFault        our own counts disagree: not the data's fault
        └── NotAllowed           this person may not do this

Messages name what is wrong, where, and what to do. They never hold contact data,
credentials or the body of somebody else's answer.
"""

from __future__ import annotations


class AftercareError(Exception):
    """Base of all; not raised itself."""


class Retriable(AftercareError):
    """The same call may succeed later.

    ``retry_after`` is the number of seconds that the other side asked for, or None.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SystemUnreachable(Retriable):
    """A dealer system, CRM or mail server does not answer."""


class Fatal(AftercareError):
    """Trying again changes nothing; a person must act."""


class ConfigurationError(Fatal):
    """A configuration file or connection is wrong.

    ``file``, ``line`` (1-based) and ``key`` (dotted path) say where, when known.
    """

    def __init__(
        self, message: str, file: str | None = None, line: int | None = None, key: str | None = None
    ) -> None:
        self.file, self.line, self.key = file, line, key
        place = ":".join(str(part) for part in (file, line) if part is not None)
        where = (
            f"{place}: {key}: " if place and key else f"{place or key}: " if place or key else ""
        )
        super().__init__(where + message)


class PolicyError(ConfigurationError):
    """A policy value is missing, undated, or was edited after it was used."""


class BadData(Fatal):
    """Rows or files that cannot be used."""


class BatchRefused(BadData):
    """Too many bad rows: nothing of this load goes on."""


class DeliveryStopped(Fatal):
    """A push that looks wrong: a person looks at it and lets it go on, or mends what is wrong."""


class PeriodRefused(Fatal):
    """A partition key that is missing, malformed, or names a period that is not over."""


class PipelineFault(Fatal):
    """Our own counts disagree: an error of the pipeline, not of the data."""


class NotAllowed(Fatal):
    """This person may not do this."""
