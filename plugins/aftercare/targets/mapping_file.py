"""A mapping as a file that people write: read with its mistakes named, and blamed by line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from aftercare.configuration import line_of, read_model, read_yaml
from aftercare.errors import ConfigurationError


class Part(BaseModel):
    """A part of a mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class MappingFile(Part):
    """A whole mapping file; `target` is the name under which the ledger keeps what was acknowledged."""

    target: str

    _file: Path | None = PrivateAttr(None)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The mapping in a file; ConfigurationError with file, line and key when it is wrong."""
        mapping = read_model(path, cls)
        mapping._file = path
        if mapping.target != path.stem:
            raise mapping.wrong(f"is {mapping.target!r}, but the file is {path.name}", "target")
        return mapping

    def wrong(self, text: str, *key: str) -> ConfigurationError:
        """An error about a key of this file."""
        line = line_of(read_yaml(self._file)[1], key) if self._file else None
        return ConfigurationError(
            text, file=str(self._file) if self._file else None, line=line, key=".".join(key)
        )
