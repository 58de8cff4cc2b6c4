"""Texts for people in one language, from ``include/templates/<area>/words.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from aftercare.configuration import read_yaml
from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT, Language

TEMPLATES = PROJECT / "include" / "templates" / "scorecards"


class Words:
    """Texts by name, filled with values: ``words("rank_of", rank=1, of=9)``."""

    def __init__(self, language: Language, texts: dict[str, str], file: Path) -> None:
        self.language = language
        self._texts = texts
        self._file = file

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of that name; ConfigurationError when there is none or a value is missing."""
        try:
            return self._texts[name].format(**values)
        except KeyError as missing:
            raise ConfigurationError(
                f"there is no text or value {missing} for {self.language}",
                file=str(self._file),
                key=name,
            ) from None

    def has(self, name: str) -> bool:
        """Whether there is such a text."""
        return name in self._texts

    def note(self, code: str | None) -> str:
        """The words for a line's note."""
        if code and code.startswith("lacks_") and not self.has(f"note_{code}"):
            return self("note_lacks", part=code.removeprefix("lacks_"))
        return self(f"note_{code}") if code else ""

    def unit(self, unit: str) -> str:
        """The words for a line's unit; a scale, as ``100``, says itself."""
        return self(f"unit_{unit}") if self.has(f"unit_{unit}") else unit

    def reason(self, code: str | None) -> str:
        """The words for why a row counts or not; a code that nobody has words for stays as it is."""
        if not code:
            return ""
        if code.startswith("points_"):
            return self("reason_points", points=code.removeprefix("points_"))
        for name in ("earned", "rank"):
            if code.startswith(f"{name}_"):
                value, _, of = code.removeprefix(f"{name}_").partition("_of_")
                return self(f"reason_{name}", value=value, of=of)
        if code.startswith("rated_"):
            value, _, rater = code.removeprefix("rated_").partition("_by_")
            return self("reason_rated", value=value, rater=rater)
        if code.startswith("plan_"):
            return self("reason_plan", value=code.removeprefix("plan_"))
        if code.startswith("unknown_"):
            return self.note(code.removeprefix("unknown_"))
        if code.startswith("score_"):
            value, _, scale = code.removeprefix("score_").partition("_of_")
            return self("reason_score", value=value, scale=scale)
        return self(f"reason_{code}") if self.has(f"reason_{code}") else code


@cache
def read_words(language: Language, area: str = "scorecards") -> Words:
    """The texts of an area in a language; ConfigurationError for a text that lacks it."""
    path = TEMPLATES.parent / area / "words.yaml"
    data, lines = read_yaml(path)
    if not isinstance(data, dict):
        raise ConfigurationError("is not a list of texts", file=str(path))
    texts = {}
    for name, both in data.items():
        if not isinstance(both, dict) or not isinstance(both.get(language), str):
            raise ConfigurationError(
                f"has no text in {language}", file=str(path), line=lines.get((name,)), key=str(name)
            )
        texts[str(name)] = both[language]
    return Words(language, texts, path)
