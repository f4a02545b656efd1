"""Brings the archives of others into the store: their papers, and what they wrote about them."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from digestbot.actions import Clock
from digestbot.core.archive import Archive, read_archive, to_paper
from digestbot.store import Store


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. *problems* each name the file and the line."""

    path: Path
    papers: int = 0
    new: int = 0
    problems: tuple[str, ...] = ()


class Importer:
    """Reads files into the store. Reading one again changes nothing."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def file(self, path: Path, language: str) -> Imported:
        """Read one file; what can't be read of it is told, and the rest is kept."""
        try:
            archive = read_archive(await asyncio.to_thread(path.read_text, encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            return Imported(path, problems=(f"{path}: {error}",))
        new = await self._save(archive, language)
        problems = tuple(f"{path}:{unread.line}: {unread.problem}" for unread in archive.unread)
        return Imported(path, len(archive.entries), new, problems)

    async def _save(self, archive: Archive, language: str) -> int:
        papers = [to_paper(entry, archive.day) for entry in archive.entries]
        async with self._store.write() as tables:
            await tables.archives.put(archive.day, language, archive.entries)
            return await tables.papers.add(papers, self._clock())


def archives_in(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that are named, and the Markdown files of the folders that are, in order of name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*.md") if file.is_file())
        else:
            yield path
