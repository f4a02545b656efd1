"""`make screens`: the transcripts of the main screens in docs/screens, made by a reader's taps.

python -m tests.screens FOLDER
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.screens.story import ZONES, a_stage, tell

HEAD = """# What a reader sees ({language})

Written by `make screens`: the real bot on the sample's papers. `[ ]` are buttons, `│` is a quote.
"""


async def pages() -> dict[str, str]:
    """Return each page by its file's name."""
    made = {}
    for language in ZONES:
        with TemporaryDirectory() as folder:
            async with a_stage(Path(folder)) as stage:
                screens = await tell(stage, language)
        shown = [f"## {title}\n\n```text\n{text}\n```\n" for title, text in screens]
        made[f"{language}.md"] = "\n".join([HEAD.format(language=language), *shown])
    return made


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in asyncio.run(pages()).items():
        (folder / name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
