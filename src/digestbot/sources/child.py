"""Programs that read what strangers wrote, each in a process with little to spend and nothing to steal.

A page or a PDF can be made to take hours, gigabytes or a crash; that ends the child, not the bot.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

MEMORY_BYTES = 1024**3
CPU_SECONDS = 60
"""For a child whose parent was killed and can't end it."""
_MOST_BYTES = 4 * 1024 * 1024
"""Of the child's answer; more than it ever has to say."""
_ENVIRONMENT = {"LD_LIBRARY_PATH", "SYSTEMROOT"}
"""What Python itself needs; the child is told none of our secrets."""


def program(module: str) -> tuple[str, ...]:
    """Return the command that runs a *module* of ours."""
    return sys.executable, "-P", "-m", module


async def said_by(reader: Sequence[str], paper: bytes, patience: float) -> str:
    """Return what *reader* says to *paper*. Raises ValueError, with a reason, where it fails or is too slow.

    However this ends, it leaves no process.
    """
    child = await _start(reader)
    try:
        async with asyncio.timeout(patience):
            text = await _answer(child, paper)
            code = await child.wait()
    except TimeoutError:
        raise ValueError(f"not read in {patience:g} s") from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.communicate()
    if code != 0:
        raise ValueError(f"can't be read, its reader ended with {code}")
    return text.decode("utf-8", "replace")


async def _start(reader: Sequence[str]) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if name in _ENVIRONMENT}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))  # where we ourselves were found
    try:
        return await asyncio.create_subprocess_exec(
            *reader,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
    except OSError as error:
        raise ValueError(f"no process to read it: {error}") from None


async def _answer(child: asyncio.subprocess.Process, paper: bytes) -> bytes:
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - both are pipes
    with suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read all
        child.stdin.write(paper)
        await child.stdin.drain()
    child.stdin.close()
    try:
        await child.stdout.readexactly(_MOST_BYTES)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    raise ValueError(f"more than {_MOST_BYTES} bytes of text")


def limit() -> None:
    """Hold this process to its memory and its time, where the platform can; a lower limit stays."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not everywhere

        os.nice(10)
        for kind, most in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, most))
