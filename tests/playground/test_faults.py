"""Trouble on order, and the pace Telegram allows."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from telegram.error import NetworkError, RetryAfter, TimedOut

from digestbot.playground import Emulator, Fault


async def test_a_flood_is_told_once(telegram, bot, ann):
    """The next message is refused with retry_after, the one after it arrives; other calls do not mind."""
    telegram.refuse_next(retry_after=60)
    await bot.get_me()
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(ann.id, "one")
    assert flood.value.retry_after == timedelta(seconds=60)
    await bot.send_message(ann.id, "two")
    assert [message.text for message in ann.private.messages] == ["two"]
    assert [(call.method, call.status) for call in telegram.calls[-2:]] == [
        ("sendMessage", 429),
        ("sendMessage", 200),
    ]
    assert telegram.calls[-1].parameters["text"] == "two"


@pytest.mark.parametrize("fault", [Fault.error(), Fault.bad_gateway(), Fault.reset()])
async def test_what_fails_before_leaves_nothing(telegram, bot, ann, fault):
    """500, an HTML page and a cut connection: nothing was shown."""
    telegram.fail_next(fault)
    with pytest.raises(NetworkError):
        await bot.send_message(ann.id, "one")
    assert ann.private.messages == []


@pytest.mark.parametrize(("fault", "error"), [(Fault.lost(), NetworkError), (Fault.lost(30), TimedOut)])
async def test_a_lost_answer_leaves_the_message(telegram, bot, ann, fault, error):
    """The reader has it, the bot cannot know."""
    telegram.fail_next(fault)
    with pytest.raises(error):
        await bot.send_message(ann.id, "one", read_timeout=0.2)
    assert (await ann.private.hears()).text == "one"
    assert telegram.calls[-1].fault == fault


async def test_a_stall_ends_with_the_server():
    """A call that would hang for a minute is answered when the server stops."""
    telegram = Emulator()
    ann = telegram.user("Ann", started=True)
    telegram.fail_next(Fault.stall(60))
    body = {"chat_id": ann.id, "text": "x"}
    async with telegram.serve() as url, ClientSession() as client, asyncio.timeout(5):
        call = asyncio.create_task(client.post(f"{url}/bot{telegram.token}/sendMessage", json=body))
        await telegram.until_called("sendMessage")
        telegram.server.stop()
        assert (await call).status == 200


async def test_faults_choose_their_calls(telegram, bot, ann):
    """By method, by chat, with a seeded probability, so many times."""
    bob = telegram.user("Bob", started=True)
    telegram.fail_next(Fault.error().on(chat=bob.id))
    telegram.fail_next(Fault.error().on(method="getMe"))
    await bot.send_message(ann.id, "fine")
    with pytest.raises(NetworkError):
        await bot.send_message(bob.id, "not")
    with pytest.raises(NetworkError):
        await bot.get_me()
    telegram.fail(Fault.error(), probability=0.5)
    for _ in range(40):
        try:
            await bot.send_message(ann.id, "maybe")
        except NetworkError:
            continue
    telegram.faults.clear()
    assert 8 < len(ann.private.messages) < 34


async def test_the_pace_of_a_private_chat(telegram, bot, ann, clock):
    """Three at once, then one a second."""
    telegram.limits.is_on = True
    for _ in range(3):
        await bot.send_message(ann.id, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(ann.id, "too fast")
    assert telegram.calls[-1].description == "Too Many Requests: retry after 3"
    clock.passes(seconds=3)
    await bot.send_message(ann.id, "x")


async def test_the_pace_of_a_group_and_overall(telegram, bot, ann, clock):
    """Twenty a minute to a group, thirty a second to all."""
    telegram.limits.is_on = True
    group = telegram.group("Lab", [ann])
    for _ in range(20):
        await bot.send_message(group.id, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "x")
    assert telegram.calls[-1].description == "Too Many Requests: retry after 60"
    for number in range(10):
        await bot.send_message(telegram.user(f"P{number}", started=True).id, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(ann.id, "x")
    clock.passes(seconds=1)
    await bot.send_message(ann.id, "x")
