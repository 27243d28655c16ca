"""Any settings that are valid, as the plain values that a file holds."""

from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from catalog.runtime.config import Config

Plain = dict[str, dict[str, Any]]
Values = st.SearchStrategy[Any]
SECRETS = ("url", "url_file", "direct_url", "direct_url_file")
_word = st.from_regex(r"[a-z0-9][a-z0-9._@-]{0,20}", fullmatch=True)
_name = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True)
_host = st.sampled_from(["", "0.0.0.0", "localhost", "[::1]"])
_by_name: dict[str, Values] = {
    "addr": st.builds("{}:{}".format, _host, st.integers(0, 65_535)),
    "topic": st.from_regex(r"[a-z][a-z0-9-]{2,20}", fullmatch=True),
    "endpoint": st.builds("https://{}/{}".format, _name, _word),
    "certs_url": st.builds("https://{}".format, _name),
    "path": st.builds("/{}".format, _word),
    "file": st.none() | st.builds("/run/{}".format, _word),
}


def _limit(field: FieldInfo, *kinds: type[Ge | Gt | Le | MinLen]) -> Any:
    found = [limit for limit in field.metadata if isinstance(limit, kinds)]
    return getattr(found[0], kinds[0].__name__.lower(), None) if found else None


def _of_type(field: FieldInfo) -> Values:
    kind = field.annotation
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is tuple:
        return st.lists(_word, min_size=1, max_size=3)
    low, high = _limit(field, Ge), _limit(field, Le)
    strategies: dict[type, Values] = {
        bool: st.booleans(),
        int: st.integers(low, high),
        float: st.floats(0.001 if low is None else low, high, allow_nan=False),
        str: _word,
    }
    assert isinstance(kind, type)
    return strategies[kind]


def _value(name: str, field: FieldInfo) -> Values:
    for ending, strategy in _by_name.items():
        if name.endswith(ending):
            return strategy
    return _of_type(field)


def _section(model: type[BaseModel]) -> Values:
    fields = {name: field for name, field in model.model_fields.items() if name not in SECRETS}
    return st.fixed_dictionaries(
        {}, optional={name: _value(name, field) for name, field in fields.items()}
    )


def _possible(plain: Plain) -> bool:
    database = plain.get("database", {})
    return bool(database.get("pool_min_size", 2) <= database.get("pool_max_size", 10))


def plain_settings() -> st.SearchStrategy[Plain]:
    """Some of the settings, all but the secret ones."""
    sections = {
        name: _section(field.annotation)
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    return st.fixed_dictionaries({}, optional=sections).filter(_possible)
