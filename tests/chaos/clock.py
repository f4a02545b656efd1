"""A clock that several processes share, runs faster than the real one, and can be moved on."""

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.builders import NOON

_FORM = struct.Struct("dd")


class SharedClock:
    """Shows NOON plus what went by since it was made, *speed* times as fast, to all who open *path*."""

    def __init__(self, path: Path, speed: float | None = None) -> None:
        if speed is not None:
            path.write_bytes(_FORM.pack(time.time(), speed) + struct.pack("d", 0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)

    def __call__(self) -> datetime:
        started, speed = _FORM.unpack_from(self._shared)
        (moved,) = struct.unpack_from("d", self._shared, _FORM.size)
        return NOON.astimezone(UTC) + timedelta(seconds=(time.time() - started) * speed + moved)

    def move_to(self, moment: datetime) -> None:
        """Move it on, for all."""
        (moved,) = struct.unpack_from("d", self._shared, _FORM.size)
        seconds = (moment - self()).total_seconds()
        struct.pack_into("d", self._shared, _FORM.size, moved + max(0.0, seconds))
