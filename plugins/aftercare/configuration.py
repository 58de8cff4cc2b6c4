"""Reading configuration files: YAML into models, with errors that name file, line and key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from aftercare.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)
Lines = dict[tuple[str | int, ...], int]


class _Loader(yaml.CSafeLoader):
    """Loader that refuses a key given twice: the second would win in silence.

    A day that is in no calendar, such as 2027-02-30, is refused with its line too. Of C, for a night
    reads its mappings many times.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(
                    None, None, f"{key!r} stands here twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> date:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            raise yaml.MarkedYAMLError(
                None, None, f"{node.value} is no day of the calendar", node.start_mark
            ) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def read_yaml(path: Path) -> tuple[object, Lines]:
    """A YAML file as plain data, and the line (1-based) of each key and list item by its path.

    Raises ConfigurationError for a file that is missing or is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except OSError as problem:
        raise ConfigurationError(f"cannot be read ({problem.strerror})", file=str(path)) from None
    except UnicodeDecodeError:
        raise ConfigurationError("is not UTF-8; save it as UTF-8", file=str(path)) from None
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        line = mark.line + 1 if mark else None
        raise ConfigurationError(
            problem.problem or "is not YAML", file=str(path), line=line
        ) from None
    except yaml.YAMLError:
        raise ConfigurationError("is not YAML", file=str(path)) from None
    lines: Lines = {(): 1}
    if node is not None:
        _number(node, (), lines)
    return data, lines


def _number(node: yaml.Node, path: tuple[str | int, ...], lines: Lines) -> None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            here = (*path, str(key_node.value))
            lines[here] = key_node.start_mark.line + 1
            _number(value_node, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*path, index)
            lines[here] = item.start_mark.line + 1
            _number(item, here, lines)


def line_of(lines: Lines, path: tuple[str | int, ...]) -> int | None:
    """The line of a path, or of its nearest parent that stands in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def read_model(path: Path, model: type[Model]) -> Model:
    """A YAML file as a model; the first thing that is wrong is raised as ConfigurationError."""
    data, lines = read_yaml(path)
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            said = "there is no such key" + _near(str(first["loc"][-1]), model, first["loc"][:-1])
        place = tuple(part if isinstance(part, int) else str(part) for part in first["loc"])
        more = problem.error_count() - 1
        raise ConfigurationError(
            said + (f" (and {more} more)" if more else ""),
            file=str(path),
            line=line_of(lines, place),
            key=".".join(str(part) for part in place) or None,
        ) from None


def _near(key: str, model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    """The key that may have been meant, of those that may stand at a place."""
    models = {model}
    for part in place:
        fields = [found.model_fields[str(part)] for found in models if part in found.model_fields]
        # Names of a mapping and numbers of a list are no fields: what stands there is what stood before.
        models = {one for field in fields for one in _models(field.annotation)} or models
    known = sorted({name for found in models for name in found.model_fields})
    close = get_close_matches(key, known, n=1)
    return f"; near: {close[0]}" if close else ""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
