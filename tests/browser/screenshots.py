"""`make screenshots`: the pictures of the page in docs/img, made by a visitor's taps."""

import asyncio
import struct
import sys
import zlib
from collections import Counter
from pathlib import Path

from playwright.async_api import Page, expect

from digestbot.theatre import open_theatre
from tests.browser import chromium
from tests.browser.conftest import NARROW, WIDE

Colour = bytes
COLOURS = 256


async def take() -> dict[str, bytes]:
    """Return every picture by its file's name."""
    taken = {}
    async with open_theatre("sample") as (_, page), page.serve() as url:
        async with chromium.opened(url, locale="en-US", viewport=WIDE) as browser:
            await _digest(browser, "Ann", "/add reinforcement learning, agents")
            taken["playground.png"] = await _shot(browser)
        async with chromium.opened(
            url, locale="ko-KR", viewport=NARROW, color_scheme="dark", is_mobile=True
        ) as browser:
            await _open(browser, "민준")
            await browser.locator("#text").fill("/start")
            await browser.keyboard.press("Enter")
            await expect(browser.get_by_role("log").get_by_role("article")).to_have_count(2)
            await browser.locator("#text").fill("/top 3")
            await browser.keyboard.press("Enter")
            await expect(browser.get_by_role("log").get_by_role("article")).to_have_count(4)
            await browser.locator("article .key").last.scroll_into_view_if_needed()
            taken["playground-phone.png"] = await _shot(browser)
    return taken


async def _digest(page: Page, name: str, topics: str) -> None:
    await _open(page, name)
    for count, text in ((2, "/start"), (4, topics)):
        await page.locator("#text").fill(text)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log").get_by_role("article")).to_have_count(count)
    await page.locator("#next").click()
    await expect(page.get_by_role("log").get_by_role("article")).to_have_count(5)


async def _open(page: Page, name: str) -> None:
    await page.locator("#chats button", has=page.locator(".name", has_text=name)).click()


async def _shot(page: Page) -> bytes:
    await page.wait_for_timeout(500)  # pictures that the network refuses are gone by then
    return small(await page.screenshot(animations="disabled", caret="hide"))


def small(png: bytes) -> bytes:
    """Return the picture with a palette: the commonest colour of each of the commonest shades."""
    width, height, rows = _pixels(png)
    pixels = [row[at : at + 3] for row in rows for at in range(0, len(row), 3)]
    commonest: dict[bytes, Colour] = {}
    shades: Counter[bytes] = Counter()
    for colour, count in Counter(pixels).most_common():
        shade = bytes(part >> 4 for part in colour)
        commonest.setdefault(shade, colour)
        shades[shade] += count
    palette = [commonest[shade] for shade, _ in shades.most_common(COLOURS)]
    index = {colour: number for number, colour in enumerate(palette)}
    for colour in set(pixels) - index.keys():
        index[colour] = min(range(len(palette)), key=lambda number: _distance(palette[number], colour))
    numbers = bytes(index[pixel] for pixel in pixels)
    lines = b"".join(b"\0" + numbers[row * width : (row + 1) * width] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [
        (b"IHDR", header),
        (b"PLTE", b"".join(palette)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Return the width, the height and the rows of an 8-bit RGB picture, its filters undone."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 2), "chromium writes 8-bit RGB"
    data, at = b"", 8
    while at < len(png):
        (length,), name = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        data += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    raw, stride = zlib.decompress(data), width * 3
    rows, above = [], bytes(stride)
    for start in range(0, height * (stride + 1), stride + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + stride], above)
        rows.append(above)
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    row = bytearray(line)
    for at in range(len(row)):
        left = row[at - 3] if at >= 3 else 0
        corner = above[at - 3] if at >= 3 else 0
        row[at] = (row[at] + _guess(kind, left, above[at], corner)) & 255
    return bytes(row)


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    """Return what PNG's filter *kind* takes a byte for, by its neighbours."""
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    return min((left, up, corner), key=lambda value: abs(left + up - corner - value))


def main(folder: Path) -> None:
    if not chromium.found():
        sys.exit(chromium.MISSING)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in asyncio.run(take()).items():
        (folder / name).write_bytes(picture)
        print(f"{folder / name}: {len(picture) // 1024} kB")  # noqa: T201 - a command's own word


if __name__ == "__main__":
    main(Path(sys.argv[1]))
