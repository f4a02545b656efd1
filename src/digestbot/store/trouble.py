"""What keeps us from a database and is no bug of ours; whether time may mend it, or somebody has to."""

import errno
import sqlite3
from typing import NamedTuple

import sqlalchemy as sa

from digestbot.errors import OperatorError, OutageError, SettingsError

UNREACHABLE = (sa.exc.SQLAlchemyError, OSError)
"""What is raised where a database is out of reach, or refuses."""


class SchemaError(Exception):
    """The database is of a newer digestbot, or of another program."""


class _Trouble(NamedTuple):
    mend: str
    passes: bool


_AWAY = _Trouble("is it running, and is DIGESTBOT_DATABASE__URL right?", passes=True)
_FULL = _Trouble("make room on its disk.", passes=True)
_SHUT = _Trouble(
    "let digestbot write there, or set DIGESTBOT_DATA_DIR or DIGESTBOT_DATABASE__URL.", passes=False
)
_BROKEN = _Trouble(
    "`digestbot restore --replace` brings a backup back, once the file is moved away.", passes=False
)
_WRONG = _Trouble("see DIGESTBOT_DATABASE__URL.", passes=False)
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _Trouble("is its disk full, or broken?", passes=True),
    sqlite3.SQLITE_BUSY: _Trouble("another program writes to it.", passes=True),
    sqlite3.SQLITE_CANTOPEN: _SHUT,
    sqlite3.SQLITE_READONLY: _SHUT,
    sqlite3.SQLITE_NOTADB: _BROKEN,
    sqlite3.SQLITE_CORRUPT: _BROKEN,
}
"""By the primary code, https://www.sqlite.org/rescode.html; SQLITE_ERROR is a bug of ours."""
_POSTGRES = {
    "08": _AWAY,
    "57": _AWAY,
    "53": _Trouble("it has no room, or no connection left.", passes=True),
    "28": _WRONG,
    "3D": _WRONG,
    "42501": _Trouble("give its user the right to write there.", passes=False),
}
"""By class or code, https://www.postgresql.org/docs/current/errcodes-appendix.html; most are bugs of ours."""
_PASSING = {state for state, trouble in _POSTGRES.items() if trouble.passes}
"""No connection, no room, told to stop or not begun yet."""


def foreseen(error: Exception, place: str) -> OperatorError | None:
    """Return what is wrong with the database at *place*, as an error of ours; None where it is a bug."""
    if isinstance(error, SchemaError):
        return SettingsError(f"{place} {error}")
    trouble = _of_system(error, place) if isinstance(error, OSError) else _of_database(error)
    if trouble is None:
        return None
    kind = OutageError if trouble.passes else SettingsError
    return kind(f"{place}: {reason(error)}; {trouble.mend}")


def in_a_line(error: BaseException | None) -> str | None:
    """Return what keeps a running bot from its database, and a mend; None where *error* is none of that."""
    if isinstance(error, OSError):  # without a file: the way to it; what took too long may be anybody's
        trouble = None if error.filename or isinstance(error, TimeoutError) else _AWAY
    else:
        trouble = _of_database(error)
    return f"{reason(error)}; {trouble.mend}" if error and trouble else None


def is_away(error: Exception) -> bool:
    """Tell whether an error says that the database is out of reach: it may be back in a moment."""
    if not isinstance(error, sa.exc.DBAPIError):
        return isinstance(error, OSError)
    return error.connection_invalidated or _state(error)[:2] in _PASSING


def reason(error: BaseException) -> str:
    """Return a database's own words, in a line."""
    told = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or error)
    return " ".join(told.split()) or type(error).__name__


def _of_system(error: OSError, place: str) -> _Trouble | None:
    """Look at an error of the network's or, for SQLite, of a file beside the database."""
    if place.startswith("postgresql"):
        return _AWAY if error.filename is None else None
    if not str(error.filename).startswith(place.partition(":///")[2]):
        return None
    return _FULL if error.errno == errno.ENOSPC else _SHUT


def _of_database(error: BaseException | None) -> _Trouble | None:
    if not isinstance(error, sa.exc.DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF)
    if error.connection_invalidated:
        return _AWAY
    state = _state(error)
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2])


def _state(error: sa.exc.DBAPIError) -> str:
    """Return PostgreSQL's code; nothing where there is none."""
    return str(getattr(error.orig, "sqlstate", None) or "")
