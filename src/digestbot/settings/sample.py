"""`config/digestbot.toml`: every setting with its help and its default."""

import datetime as dt

from pydantic.fields import FieldInfo

from digestbot.settings import Settings
from digestbot.settings.groups import is_group


def sample() -> str:
    """Return `config/digestbot.toml`: every setting with its help and its default, commented out."""
    top = [name for name in Settings.model_fields if not is_group(Settings.model_fields[name])]
    lines = [
        _SAMPLE_HEAD,
        *(line for name in top for line in _sample_lines(name, Settings.model_fields[name])),
    ]
    for name, group in Settings.model_fields.items():
        if is_group(group):
            lines += [f"[{name}]", *_group_lines(group)]
    return "\n".join(lines).rstrip() + "\n"


_SAMPLE_HEAD = """\
# The settings of digestbot. A line that starts with `#name =` shows a default: remove the `#` to change it.
# Each can also be set in the environment, which wins: `poll_minutes` of [huggingface] is
# DIGESTBOT_HUGGINGFACE__POLL_MINUTES. Keep secrets there, or in a file, rather than here.
"""


def _group_lines(group: FieldInfo) -> list[str]:
    assert group.annotation is not None  # noqa: S101 - is_group looked
    return [
        line for name, field in group.annotation.model_fields.items() for line in _sample_lines(name, field)
    ]


def _sample_lines(name: str, field: FieldInfo) -> list[str]:
    value = field.default
    if value is None or name == "data_dir":
        return [f"# {field.description}", f'#{name} = "{(field.examples or [""])[0]}"', ""]
    text = f"{value:%H:%M}" if isinstance(value, dt.time) else str(value)
    text = text.lower() if isinstance(value, bool) else text
    shown = text if isinstance(value, int | float) else f'"{text}"'
    return [f"# {field.description}", f"#{name} = {shown}", ""]
