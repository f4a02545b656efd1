"""Goes through the Dockerfile without Docker: builds in an empty folder, then starts what was built.

    python -m tests.image [PYTHON]

The paths of the image are folders of a temporary one, and only what .dockerignore lets through is copied.
PYTHON stands for that of the base images, and the `strip` of this machine for theirs. Where we are root the
bot runs as the user of the image, for which PYTHON must be where everybody reaches it.
"""

import asyncio
import json
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import Iterator, Sequence
from pathlib import Path

from digestbot.playground.emulator import Emulator
from digestbot.playground.hub import HuggingFaceServer

ROOT = Path(__file__).parent.parent
PLACES = ("/opt/digestbot", "/src", "/data")
UID = 10001
SECONDS = 60
MOST = 200
BASE = 58
"""What the base image has, in MB: the sizes of the files in the Debian packages that it is made of."""


def lines(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction's name and what it says, its lines run together."""
    text = re.sub(r"^#.*\n", "", dockerfile, flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(str.strip, text.splitlines()):
        name, _, rest = line.partition(" ")
        yield name, rest.strip()


class Image:
    """What the lines make of an empty folder."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder = folder
        self.workdir = folder
        self.environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(folder / "home")}
        self.command: list[str] = []
        self.check: list[str] = []
        for place in (*PLACES, "/bin", "/home"):
            self.at(place).mkdir(parents=True)
        subprocess.run([python, "-m", "venv", folder / "base"], check=True)
        (folder / "bin" / "python3").symlink_to(folder / "base" / "bin" / "python3")

    def at(self, place: str) -> Path:
        return self.folder / place.lstrip("/")

    def moved(self, text: str) -> str:
        """Return *text* with the places of the image where they are here."""
        return re.sub(rf"(?<![\w.])({'|'.join(PLACES)})\b", lambda found: str(self.at(found[0])), text)

    def step(self, name: str, rest: str) -> None:
        match name:
            case "WORKDIR":
                self.workdir = self.at(rest)
            case "COPY" if not rest.startswith("--from"):
                self._copy(shlex.split(rest))
            case "RUN" if not rest.startswith("apt-get"):
                subprocess.run(
                    ["/bin/sh", "-ec", self.moved(rest)], cwd=self.workdir, env=self.environment, check=True
                )
            case "ENV":
                for word in shlex.split(self.moved(rest)):
                    key, _, value = word.partition("=")
                    self.environment[key] = value.replace("$PATH", self.environment["PATH"])
            case "HEALTHCHECK":
                self.check = json.loads(rest.partition("CMD ")[2])
            case "ENTRYPOINT" | "CMD":
                self.command += json.loads(rest)
            case "FROM" | "COPY" | "RUN" | "USER" | "VOLUME":
                pass  # COPY --from finds its folder where the first stage left it
            case _:
                raise ValueError(f"a line that is not known: {name} {rest}")

    def size(self) -> int:
        """Return how many MB the image adds to its base, as Docker counts: the sizes of all files."""
        files = [path.lstat().st_size for path in self.at("/opt/digestbot").rglob("*") if not path.is_dir()]
        return math.ceil(sum(files) / 1e6)

    def seal(self) -> None:
        """Leave only /data to write, and that to the image's user."""
        subprocess.run(["chmod", "-R", "a-w", self.at("/opt/digestbot")], check=True)
        if os.geteuid() == 0:
            os.chown(self.at("/data"), UID, UID)

    def _copy(self, words: Sequence[str]) -> None:
        *sources, target = words
        for source in sources:
            assert f"!{source.split('/')[0]}" in (ROOT / ".dockerignore").read_text(encoding="utf-8"), source
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, self.workdir / target)
            else:
                shutil.copy(ROOT / source, self.workdir / target)


async def start(image: Image) -> None:
    """Be the container: nobody, a root that can't be written, only /data to write."""
    telegram = Emulator()
    async with HuggingFaceServer() as hub, telegram.serve() as url:
        image.environment |= {
            "DIGESTBOT_TELEGRAM__TOKEN": telegram.token,
            "DIGESTBOT_TELEGRAM__API_URL": url,
            "DIGESTBOT_HUGGINGFACE__URL": hub.url,
        }
        assert await (await run(image, image.check)).wait() == 1, "healthy before it runs"
        bot = await run(image, image.command)
        try:
            await telegram.until_called("getUpdates", timeout=SECONDS)
            async with asyncio.timeout(SECONDS):
                while await (await run(image, image.check)).wait():  # noqa: ASYNC110 - another process's doing
                    await asyncio.sleep(0.5)
            bot.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(bot.wait(), 30) == 0
        finally:
            if bot.returncode is None:
                bot.kill()


async def run(image: Image, command: Sequence[str]) -> Process:
    """Start a command as the image's user where we may, else as ourselves."""
    user = UID if os.geteuid() == 0 else None
    return await asyncio.create_subprocess_exec(
        *command, cwd=image.at("/data"), env=image.environment, user=user, group=user
    )


def main() -> None:
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    if os.geteuid() == 0:
        try:
            subprocess.run([python, "-c", ""], user=UID, group=UID, check=True)
        except PermissionError:
            sys.exit(f"Only root reaches {python}. Try: make image-steps IMAGE_PYTHON=/usr/bin/python3")
    with tempfile.TemporaryDirectory(prefix="digestbot-image-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        image = Image(folder, python)
        for instruction, rest in lines((ROOT / "Dockerfile").read_text(encoding="utf-8")):
            began = time.monotonic()
            image.step(instruction, rest)
            print(f"{time.monotonic() - began:6.1f} s  {instruction} {rest[:90]}", flush=True)
        size = image.size()
        print(f"/opt/digestbot has {size} MB, with its base some {BASE + size} MB, at most {MOST} MB")
        assert BASE + size <= MOST, "the image is too large"
        image.seal()
        asyncio.run(start(image))
        print("written:", *sorted(path.name for path in image.at("/data").iterdir()))
    print("It was built, ran as nobody, was healthy, and stopped when told.")


if __name__ == "__main__":
    main()
