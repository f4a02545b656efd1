"""What a call brings: parameters from JSON, a form or the address, and uploaded files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .rules import bad_request


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes = field(repr=False)
    mime_type: str


@dataclass(frozen=True)
class Params:
    """Parameters by name; forms bring strings, JSON brings values, both read alike."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else "" if value is None else json.dumps(value)

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "yes", "1"}

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number; what is none counts as *default*, as with Telegram."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def json(self, name: str, default: Any = None) -> Any:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            what = name.replace("_", " ")
            raise bad_request(f"can't parse {what} JSON object") from None

    def record(self, name: str) -> dict[str, Any]:
        """Return a JSON object, {} when there is none."""
        value = self.json(name, {})
        if not isinstance(value, dict):
            raise bad_request(f"object expected as {name.replace('_', ' ')}")
        return value

    def array(self, name: str) -> list[Any]:
        """Return a JSON array, [] when there is none."""
        value = self.json(name, [])
        if not isinstance(value, list):
            raise bad_request(f"expected an Array of {name.replace('_', ' ')}")
        return value

    def objects(self, name: str) -> list[dict[str, Any]]:
        """Return a JSON array of objects."""
        values = self.array(name)
        if not all(isinstance(value, dict) for value in values):
            raise bad_request(f"expected an Array of {name.replace('_', ' ')} with Objects in it")
        return values

    def upload(self, name: str) -> Upload | None:
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name)
