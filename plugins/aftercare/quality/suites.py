"""Reviewed suites of rules, ``expectations/<feed>.yaml``, in the vocabulary of Great Expectations.

A rule stands with its type, its arguments, its severity and, in ``meta``, what people need: an
id, who mends it, a message in two languages, the columns that show why, and the share of rows
from which on the whole batch is refused. A rule in SQL names a file of ``include/sql/quality``
that selects the ``row_id`` of bad rows from ``batch``.

What the rules look at is ``include/sql/quality/batch_<feed>.sql``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aftercare.configuration import read_model
from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT
from aftercare.warehouse import SQL_FOLDER

QUALITY_SQL = SQL_FOLDER / "quality"
SQL_RULE = "unexpected_rows_expectation"

RuleType = Literal[
    "expect_column_values_to_be_null",
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_be_between",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "unexpected_rows_expectation",
]
Severity = Literal["critical", "warning", "info"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Part):
    """A text for people, in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Meta(_Part):
    """What people need to know of a rule. ``max_share``: share of rows (0 to 1), or no limit."""

    rule_id: Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2}$")]
    owner: Literal["store", "operator"]
    max_share: Annotated[Decimal, Field(gt=0, lt=1)] | None = None
    shows: tuple[str, ...]
    message: Text


class Rule(_Part):
    """One rule of a suite. ``severity``: a row that breaks a critical rule is held back."""

    type: RuleType
    kwargs: dict[str, Any]
    severity: Severity
    meta: Meta

    @property
    def rule_id(self) -> str:
        """The rule's id, for example RO08."""
        return self.meta.rule_id

    @property
    def sql_file(self) -> Path | None:
        """The file of a rule in SQL; None for all other rules."""
        if self.type != SQL_RULE:
            return None
        return QUALITY_SQL / str(self.kwargs["unexpected_rows_query"])

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the batch that the rule names: those it tests and those it shows."""
        condition = self.kwargs.get("row_condition", {}).get("column", {}).get("name")
        tested = (self.kwargs.get(key) for key in ("column", "column_A", "column_B"))
        named = [*tested, condition, *self.meta.shows]
        return tuple(dict.fromkeys(str(name) for name in named if name))

    @model_validator(mode="after")
    def _is_whole(self) -> Rule:
        if self.type == SQL_RULE and not str(self.kwargs.get("unexpected_rows_query", "")).endswith(
            ".sql"
        ):
            raise ValueError("unexpected_rows_query names a .sql file of include/sql/quality")
        ignored = self.kwargs.get("ignore_row_if")
        if "column_A" in self.kwargs and ignored != "either_value_is_missing":
            raise ValueError("a rule on two columns needs ignore_row_if: either_value_is_missing")
        return self


class _SuiteFile(_Part):
    name: str
    title: Text
    min_rows: Annotated[int, Field(ge=1)]
    expectations: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> _SuiteFile:
        counted = Counter(rule.rule_id for rule in self.expectations)
        twice = [rule_id for rule_id, times in counted.items() if times > 1]
        if twice:
            raise ValueError(f"rule ids stand twice: {', '.join(twice)}")
        return self


@dataclass(frozen=True)
class Suite:
    """The rules of one feed.

    ``batch_sql`` selects the rows to judge (bind ``load_id``); ``rule_sql`` holds the text of each
    rule in SQL; ``digest`` (SHA-256) changes with any of them. ``min_rows``: smaller batches are
    not judged by shares.
    """

    feed: str
    title: Text
    min_rows: int
    rules: tuple[Rule, ...]
    batch_sql: str
    rule_sql: dict[str, str]
    digest: str

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError when there is none."""
        for rule in self.rules:
            if rule.rule_id == rule_id:
                return rule
        raise KeyError(f"suite {self.feed} has no rule {rule_id}")


@dataclass(frozen=True)
class SuiteFolders:
    """Where suites stand and where their compiled statements stand."""

    expectations: Path = PROJECT / "expectations"
    compiled: Path = QUALITY_SQL / "compiled"


def read_suite(feed: str, folders: SuiteFolders | None = None) -> Suite:
    """The suite of a feed; ConfigurationError naming file, line and key when it is wrong."""
    path = (folders or SuiteFolders()).expectations / f"{feed}.yaml"
    content = read_model(path, _SuiteFile)
    if content.name != feed:
        raise ConfigurationError(f"is the suite of {content.name!r}", file=str(path), key="name")
    batch_sql = _read(QUALITY_SQL / f"batch_{feed}.sql")
    rule_sql = {
        rule.rule_id: _without_comments(_read(rule.sql_file))
        for rule in content.expectations
        if rule.sql_file is not None
    }
    digest = hashlib.sha256()
    for part in (_read(path), batch_sql, *rule_sql.values()):
        digest.update(part.encode())
        digest.update(b"\x00")
    return Suite(
        feed=feed,
        title=content.title,
        min_rows=content.min_rows,
        rules=content.expectations,
        batch_sql=_without_comments(batch_sql),
        rule_sql=rule_sql,
        digest=digest.hexdigest(),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise ConfigurationError(f"cannot be read ({problem.strerror})", file=str(path)) from None


def _without_comments(sql: str) -> str:
    lines = (line for line in sql.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines)
