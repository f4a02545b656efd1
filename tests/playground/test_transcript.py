"""Chats as plain text."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from digestbot.playground import transcript
from digestbot.playground.transcript import _wrap

SEOUL = ZoneInfo("Asia/Seoul")


async def test_a_chat_reads_well(telegram, bot, ann, clock):
    """Sender, local time, links, quotes and buttons, wide characters included."""
    await ann.says("/top")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=text) for text in ("1", "2")]])
    html = (
        '<b>오늘의 논문</b>\n<a href="https://arxiv.org/abs/2401.00001">확산 모델</a>\n'
        "<blockquote expandable>긴 요약이 여기에 있습니다\nsecond line</blockquote>"
    )
    await bot.send_message(ann.id, html, parse_mode="HTML", reply_markup=keys, disable_notification=True)
    clock.passes(days=1)
    await bot.send_document(ann.id, b"x", filename="papers.bib", caption="all")
    assert transcript(ann.private.messages, SEOUL, width=28).splitlines() == [
        "── Mon 2 Mar 2026 ──",
        "",
        "Ann, 18:00",
        "  /top",
        "",
        "Digest, 18:00 (silent)",
        "  오늘의 논문",
        "  확산 모델",
        "  <arxiv.org/abs/2401.00001>",
        "  │ 긴 요약이 여기에",
        "  │ 있습니다",
        "  │ second line",
        "  [ 1 ] [ 2 ]",
        "",
        "── Tue 3 Mar 2026 ──",
        "",
        "Digest, 18:00",
        "  [file: papers.bib]",
        "  all",
    ]


@given(st.text(st.sampled_from("ab 한국👍-"), max_size=60), st.integers(4, 30))
def test_lines_are_no_wider_than_asked(text, width):
    """Wrapping counts columns, and loses nothing but spaces."""
    lines = _wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_nothing_is_an_empty_text():
    """No messages, no transcript."""
    assert transcript([], SEOUL) == ""
