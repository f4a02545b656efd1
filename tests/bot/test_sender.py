"""Pushes: packed once, sent when their turn comes, and what Telegram's answers mean."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import orjson
import pytest
from telegram.ext import ExtBot

from digestbot.actions.messenger import Answer
from digestbot.bot.limiter import Limiter
from digestbot.bot.sender import TelegramSender, call, read
from digestbot.core.delivery import Outcome
from digestbot.playground import Emulator, Fault, Person
from digestbot.render.message import Button, Message, Press
from tests.bot.conftest import TOKEN, a_bot
from tests.bot.test_transport import a_server, http, request_of

DIGEST = Message(
    '<b>논문</b> &amp; <a href="https://arxiv.org/abs/1">one</a> "quoted" \\ 👍',
    ((Button("1", Press("open", ("2510.1",))), Button("arXiv", "https://arxiv.org/abs/1")),),
    preview="https://arxiv.org/abs/1",
)


@pytest.mark.parametrize("message", [DIGEST, Message("plain")])
async def test_a_push_is_what_a_reply_would_be(
    bot: ExtBot[Any], telegram: Emulator, ann: Person, message: Message
) -> None:
    """Packed by us or sent by python-telegram-bot, Telegram gets the same."""
    sender = TelegramSender(bot)
    assert (await sender.send(ann.id, sender.pack(message))).outcome is Outcome.SENT
    await bot.send_message(ann.id, **call(message))
    pushed, replied = (one.parameters for one in telegram.called("sendMessage"))
    assert {name: _read(value) for name, value in pushed.items()} == {
        name: _read(value) for name, value in replied.items()
    }
    assert ann.private.messages[0].text == ann.private.messages[1].text


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "{[" else value


async def test_one_pack_goes_to_many(bot: ExtBot[Any], telegram: Emulator) -> None:
    """Groups have long negative ids."""
    sender = TelegramSender(bot)
    packed = sender.pack(DIGEST)
    chats = [telegram.user("Ann", started=True).id, telegram.group("Lab", supergroup=True).id]
    answers = await asyncio.gather(*(sender.send(chat, packed) for chat in chats))
    assert [answer.outcome for answer in answers] == [Outcome.SENT] * 2
    assert sorted(made.parameters["chat_id"] for made in telegram.called("sendMessage")) == sorted(chats)


async def test_what_may_not_go_any_more_when_its_turn_comes_is_not_sent(
    bot: ExtBot[Any], telegram: Emulator, ann: Person
) -> None:
    """It is asked then, not before."""
    sender = TelegramSender(bot)
    packed = sender.pack(DIGEST)
    is_late = False
    for _ in range(3):
        await sender.send(ann.id, packed, may_go=lambda: not is_late)
    waits = asyncio.create_task(sender.send(ann.id, packed, may_go=lambda: not is_late))
    await asyncio.sleep(0.1)
    is_late = True
    assert (await waits).outcome is Outcome.NOT_SENT
    assert len(ann.private.messages) == 3


async def test_who_pays_says_so_in_each_call(bot: ExtBot[Any], telegram: Emulator, ann: Person) -> None:
    """Above 30 a second Telegram takes only what is paid for."""
    sender = TelegramSender(bot, paid=True)
    await sender.send(ann.id, sender.pack(DIGEST))
    assert telegram.called("sendMessage")[0].parameters["allow_paid_broadcast"] is True


@pytest.mark.parametrize(
    ("fault", "outcome", "arrives"),
    [
        (Fault.error(), Outcome.ERROR, False),
        (Fault.bad_gateway(), Outcome.ERROR, False),
        (Fault.reset(), Outcome.UNCERTAIN, False),
        (Fault.lost(), Outcome.UNCERTAIN, True),
        (Fault.flood(2), Outcome.NOT_SENT, False),
    ],
)
async def test_what_is_known_after_a_fault(
    bot: ExtBot[Any], telegram: Emulator, ann: Person, fault: Fault, outcome: Outcome, arrives: bool
) -> None:
    """Nothing is raised, and doubt is said only where there is any."""
    telegram.fail_next(fault)
    sender = TelegramSender(bot)
    answer = await sender.send(ann.id, sender.pack(DIGEST))
    assert answer.outcome is outcome
    assert TOKEN not in (answer.reason or "")
    assert bool(ann.private.messages) == arrives


async def test_a_telegram_that_is_away_was_told_nothing(ann: Person) -> None:
    """It is safe to send again."""
    async with a_bot_away() as bot:
        sender = TelegramSender(bot)
        assert (await sender.send(ann.id, sender.pack(DIGEST))).outcome is Outcome.NOT_SENT


def a_bot_away() -> Any:
    class Away:
        async def __aenter__(self) -> ExtBot[Any]:
            self.bot = a_bot("http://127.0.0.1:9")
            await self.bot.request.initialize()
            return self.bot

        async def __aexit__(self, *error: object) -> None:
            await self.bot.request.shutdown()

    return Away()


async def test_readers_who_are_not_there(bot: ExtBot[Any], telegram: Emulator, ann: Person) -> None:
    """Blocked is not the same as not found."""
    sender = TelegramSender(bot)
    packed = sender.pack(DIGEST)
    ann.blocks_bot()
    assert (await sender.send(ann.id, packed)).outcome is Outcome.BLOCKED
    assert (await sender.send(4242, packed)).outcome is Outcome.NO_CHAT
    broken = await sender.send(telegram.user("Bo", started=True).id, sender.pack(Message("<b>not closed")))
    assert broken.outcome is Outcome.REJECTED


async def test_a_group_that_moved_tells_where(bot: ExtBot[Any], telegram: Emulator) -> None:
    """The new id comes with the refusal."""
    group = telegram.group("Lab", [telegram.user("Ann")])
    old = group.id
    new = group.migrate()
    sender = TelegramSender(bot)
    answer = await sender.send(old, sender.pack(DIGEST))
    assert (answer.outcome, answer.moved_to) == (Outcome.NOT_SENT, new.id)


async def test_a_chat_that_is_told_to_wait_is_not_asked_again(
    bot: ExtBot[Any], telegram: Emulator, ann: Person
) -> None:
    """The ledger learns how long; another push before that is given back without a call."""
    sender = TelegramSender(bot)
    packed = sender.pack(DIGEST)
    telegram.refuse_next(retry_after=3600)
    assert await sender.send(ann.id, packed) == Answer(
        Outcome.NOT_SENT, timedelta(seconds=3600), reason="Too Many Requests: retry after 3600"
    )
    again = await sender.send(ann.id, packed)
    assert again.outcome is Outcome.NOT_SENT
    assert again.wait is not None
    assert timedelta(seconds=3590) < again.wait <= timedelta(seconds=3600)
    assert len(telegram.called("sendMessage")) == 1


async def test_three_chats_that_are_told_to_wait_speak_for_all(bot: ExtBot[Any], telegram: Emulator) -> None:
    """Then nobody is told anything, and the ledger can rest."""
    sender = TelegramSender(bot)
    packed = sender.pack(DIGEST)
    telegram.refuse_next(retry_after=3600, count=10)
    people = [telegram.user(f"P{number}", started=True).id for number in range(5)]
    answers = [await sender.send(person, packed) for person in people]
    assert [answer.everyone for answer in answers] == [False, False, True, True, True]
    assert len(telegram.called("sendMessage")) == 3


async def test_pushes_and_replies_have_one_pace(url: str, telegram: Emulator) -> None:
    """Telegram's own rules, switched on, refuse nothing, whoever sends."""
    telegram.limits.is_on = True
    people = [telegram.user(f"P{number}", started=True).id for number in range(40)]
    async with a_bot(url, Limiter(30)) as bot:
        sender = TelegramSender(bot)
        packed = sender.pack(Message("x"))
        pushes = [sender.send(person, packed) for person in people]
        replies = [bot.send_message(person, "y") for person in people[:10]]
        await asyncio.gather(*pushes, *replies)
    assert [made.status for made in telegram.called("sendMessage")] == [200] * 50


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (http("200 OK", b'{"ok":true,"result":{}}'), Outcome.SENT),
        (http("200 OK", b'{"ok":true,"result":{}}')[:-9], Outcome.SENT),
        (b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"ok":true,"result":{}}', Outcome.SENT),
        (b"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>", Outcome.ERROR),
        (b"HTTP/1.0 403 Forbidden\r\n\r\n<html>", Outcome.NOT_SENT),
        (http("429 Too Many Requests", b'{"ok":false,"error_code":429}')[:-9], Outcome.NOT_SENT),
        (http("500 Internal Server Error", b""), Outcome.ERROR),
        (http("200 OK", b"<html>a portal's</html>"), Outcome.UNCERTAIN),
        (http("200 OK", b'{"ok":true}')[:-9], Outcome.UNCERTAIN),
        (http("200 OK", b""), Outcome.UNCERTAIN),
        (b"HTTP/1.1 100 Continue\r\n\r\n", Outcome.UNCERTAIN),
        (b"HTTP/1.1 502", Outcome.UNCERTAIN),
        (b"<html>", Outcome.UNCERTAIN),
        (b"", Outcome.UNCERTAIN),
    ],
)
async def test_what_arrived_of_an_answer_decides(said: bytes, outcome: Outcome) -> None:
    """Also where the connection ends before it does, or is what ends it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(said)
        await writer.drain()

    async with a_server(serve) as url:
        bot = a_bot(url)
        async with bot.request:
            sender = TelegramSender(bot)
            assert (await sender.send(7, sender.pack(DIGEST))).outcome is outcome


def refusal(code: int, description: str = "", **parameters: Any) -> bytes:
    return orjson.dumps(
        {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    )


@pytest.mark.parametrize(
    ("status", "content", "outcome"),
    [
        (200, b'{"ok":true,"result":{"message_id":7}}', Outcome.SENT),
        (200, b"<html>hotel wifi</html>", Outcome.UNCERTAIN),
        (200, b'{"ok":tr', Outcome.UNCERTAIN),
        (200, b"[]", Outcome.UNCERTAIN),
        (200, refusal(403, "Forbidden: bot was blocked by the user"), Outcome.BLOCKED),
        (200, refusal(429, "Too Many Requests", retry_after=5), Outcome.NOT_SENT),
        (200, b'{"ok":false}', Outcome.UNCERTAIN),
        (307, b"", Outcome.NOT_SENT),
        (400, b"<html>400</html>", Outcome.NOT_SENT),
        (400, b"", Outcome.NOT_SENT),
        (400, b'{"ok":false}', Outcome.REJECTED),
        (400, refusal(400, "Bad Request: chat not found"), Outcome.NO_CHAT),
        (400, refusal(400, "Bad Request: PEER_ID_INVALID"), Outcome.NO_CHAT),
        (400, refusal(400, "Bad Request: can't parse entities"), Outcome.REJECTED),
        (400, refusal(400, "Bad Request: message is too long"), Outcome.REJECTED),
        (400, refusal(400, "Bad Request: not enough rights to send text messages"), Outcome.BLOCKED),
        (400, refusal(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), Outcome.BLOCKED),
        (400, refusal(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"), Outcome.BLOCKED),
        (400, refusal(400, "Bad Request: have no write access to the chat"), Outcome.BLOCKED),
        (400, refusal(400, "Bad Request: USER_IS_BLOCKED"), Outcome.BLOCKED),
        (400, refusal(400, "Bad Request: CHANNEL_PRIVATE"), Outcome.BLOCKED),
        (400, refusal(400, "Bad Request: BALANCE_TOO_LOW"), Outcome.NOT_SENT),
        (401, refusal(401, "Unauthorized"), Outcome.NOT_SENT),
        (403, b"<html>403</html>", Outcome.NOT_SENT),
        (403, b'{"ok":fal', Outcome.NOT_SENT),
        (403, refusal(403, "Forbidden: bot was blocked by the user"), Outcome.BLOCKED),
        (403, refusal(403, "Forbidden: user is deactivated"), Outcome.BLOCKED),
        (404, refusal(404, "Not Found"), Outcome.NOT_SENT),
        (407, b"<html>407</html>", Outcome.NOT_SENT),
        (409, refusal(409, "Conflict"), Outcome.NOT_SENT),
        (413, b"<html>413</html>", Outcome.REJECTED),
        (429, refusal(429, "Too Many Requests", retry_after=5), Outcome.NOT_SENT),
        (429, refusal(429, "Too Many Requests", retry_after=0), Outcome.NOT_SENT),
        (429, refusal(429, "Too Many Requests", retry_after=-5), Outcome.NOT_SENT),
        (429, refusal(429, "Too Many Requests", retry_after=10**18), Outcome.NOT_SENT),
        (429, refusal(429, "Too Many Requests", retry_after="soon"), Outcome.NOT_SENT),
        (429, b"slow down", Outcome.NOT_SENT),
        (500, refusal(500, "Internal Server Error"), Outcome.ERROR),
        (502, b"<html>502</html>", Outcome.ERROR),
        (503, b"", Outcome.ERROR),
        (504, b"<html>504</html>", Outcome.UNCERTAIN),
    ],
)
def test_what_an_answer_means(status: int, content: bytes, outcome: Outcome) -> None:
    """Decided by what is known of the message."""
    answer = read(status, content)
    assert answer.outcome is outcome
    assert (answer.wait is not None) == (status in {401, 404, 429} or b"429" in content)
    assert answer.everyone == (status in {401, 404})
