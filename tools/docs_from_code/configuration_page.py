"""docs/configuration.md: every setting, from the models that read them and the comments on them."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from catalog.runtime.config import OTHER_NAMES, Config
from catalog.runtime.settings import Address, HttpUrl, OptionalAddress
from tools.docs_from_code.page import code, fill, table
from tools.docs_from_code.yaml_comments import comments

_FILE = Path(__file__).parents[2] / "configs" / "config.yaml"
_HEAD = ("setting, and its variable", "type and limits", "default", "meaning")
_WRITTEN: Mapping[object, str] = {
    get_args(Address)[1]: "host:port",
    get_args(OptionalAddress)[1]: "host:port, or empty",
    get_args(HttpUrl)[1]: "URL",
}
"""Texts of a certain form, by what checks it."""
_TYPES: Mapping[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    SecretStr: "text, **secret**",
    Path: "path",
    tuple: "list",
}
_SIGNS: tuple[tuple[type, str, str], ...] = (
    (Ge, "ge", "≥"),
    (Gt, "gt", ">"),
    (Le, "le", "≤"),
    (Lt, "lt", "<"),
)


def render() -> str:
    """Write the page. Raises KeyError where the file lacks a setting."""
    said = comments(_FILE.read_text("utf-8"))
    sections = "\n".join(_section(name, model, said) for name, model in _models())
    others = [(code(name), code(".".join(place))) for name, place in OTHER_NAMES.items()]
    return fill(
        "configuration", {"sections": sections, "others": table(("variable", "setting"), others)}
    )


def _models() -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in Config.model_fields.items():
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, BaseModel)
        yield name, field.annotation


def _section(name: str, model: type[BaseModel], said: Mapping[tuple[str, str], str]) -> str:
    rows = [
        (_names(name, key), _type(field), _default(field), said[name, key] or "↑")
        for key, field in model.model_fields.items()
    ]
    purpose = " ".join((model.__doc__ or "").split())
    return f"## {name}\n\n{purpose}\n\n{table(_HEAD, rows)}"


def _names(section: str, key: str) -> str:
    return f"{code(f'{section}.{key}')}<br>{code(f'CATALOG_{section}__{key}'.upper())}"


def _type(field: FieldInfo) -> str:
    kind = _kind(field)
    return ", ".join(part for part in (kind, _limits(field.metadata)) if part)


def _kind(field: FieldInfo) -> str:
    for each in field.metadata:
        if each in _WRITTEN:
            return _WRITTEN[each]
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(map(code, get_args(kind)))
    if get_origin(kind) is tuple:
        return _TYPES[tuple]
    if Path in get_args(kind) and NoneType in get_args(kind):
        return "path of a file that holds a **secret**, or empty"
    return _TYPES[kind]


def _limits(metadata: list[Any]) -> str:
    limits = [
        f"{sign} {_number(getattr(each, member))}"
        for kind, member, sign in _SIGNS
        for each in metadata
        if isinstance(each, kind)
    ]
    limits += [f"at most {each.max_length} long" for each in metadata if isinstance(each, MaxLen)]
    limits += ["not empty" for each in metadata if isinstance(each, MinLen) and each.min_length]
    limits += [code(pattern) for each in metadata if (pattern := getattr(each, "pattern", None))]
    return ", ".join(limits)


def _default(field: FieldInfo) -> str:
    match field.default:
        case None | "" | ():
            return "empty"
        case SecretStr():
            return "empty"
        case bool(value):
            return code(str(value).lower())
        case int(number) | float(number):
            return code(_number(number))
        case tuple(values):
            return code(",".join(map(str, values)))
        case other:
            return code(str(other))


def _number(number: float) -> str:
    return str(int(number)) if math.isfinite(number) and number == int(number) else str(number)
