"""`docs/configuration.md`: every setting in a table, by its name in the environment."""

import datetime as dt
from collections.abc import Iterable, Mapping

from pydantic.fields import FieldInfo

from digestbot.settings import PREFIX, Settings
from digestbot.settings.groups import is_group

_HEAD = """\
# Configuration

Made by `digestbot settings --markdown`; a test compares the two.

Every setting is a variable of the environment, or a line of `config/digestbot.toml` (`DIGESTBOT_CONFIG`
names another file): `DIGESTBOT_DEFAULTS__TIME` is `time` below `[defaults]`. The environment wins. Only the
token has to be set. `digestbot check` tells what is wrong with them, all of it at once.
"""


def reference() -> str:
    """Return the page: a table for what belongs to no group, then one for each group."""
    fields = Settings.model_fields
    top = {name: field for name, field in fields.items() if not is_group(field)}
    pieces = [_HEAD, "\n".join(_table(PREFIX, top))]
    for name, group in fields.items():
        if is_group(group):
            assert group.annotation is not None  # noqa: S101 - is_group looked
            rows = _table(f"{PREFIX}{name.upper()}__", group.annotation.model_fields)
            pieces.append("\n".join([f"\n## {name}\n", *rows]))
    return "\n".join(pieces) + "\n"


def _table(prefix: str, fields: Mapping[str, FieldInfo]) -> Iterable[str]:
    yield "| variable | default | example | what it does |"
    yield "| --- | --- | --- | --- |"
    for name, field in fields.items():
        cells = (
            _code(prefix + name.upper()),
            _code(_default(name, field)),
            _code(_example(field)),
            _told(field),
        )
        yield f"| {' | '.join(cells)} |"


def _default(name: str, field: FieldInfo) -> str:
    value = field.default
    if value is None or name == "data_dir":  # the user's own folder, which differs
        return ""
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _example(field: FieldInfo) -> str:
    return str((field.examples or [""])[0])


def _told(field: FieldInfo) -> str:
    return " ".join(str(field.description).split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
