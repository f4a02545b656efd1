"""Reads the synonyms: a file of the operator's, or the one that ships, `config/synonyms.toml`."""

import tomllib
from pathlib import Path

from digestbot.core.synonyms import Synonyms
from digestbot.errors import SettingsError

_PACKED = Path(__file__).parent / "data" / "synonyms.toml"
"""Where an installed digestbot has it; the build copies it there."""
_MASTER = Path(__file__).parents[2] / "config" / "synonyms.toml"


def load_synonyms(path: Path | None = None) -> Synonyms:
    """Return the synonyms in the file at *path*, by default those that ship.

    Raises SettingsError where the file is not there or not what it should be.
    """
    wanted = path or (_MASTER if _MASTER.is_file() else _PACKED)
    try:
        return Synonyms(_groups(wanted.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:  # TOML that is none is a ValueError too
        named = f"DIGESTBOT_SYNONYMS={path}" if path else f"the synonyms in {wanted}"
        problem = f"{named} can't be read: {getattr(error, 'strerror', None) or error}"
        raise SettingsError(problem) from None


def _groups(text: str) -> list[list[str]]:
    groups = tomllib.loads(text).get("groups")
    if not isinstance(groups, list):
        raise ValueError('has no list of "groups"')  # noqa: TRY004 - of a file's text all is a wrong value
    for number, group in enumerate(groups, 1):
        if not isinstance(group, list) or not all(isinstance(term, str) and term.strip() for term in group):
            raise ValueError(f"group {number} is not a list of terms: {group!r}")
    return groups
