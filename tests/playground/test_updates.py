"""Long polls and webhooks."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web
from telegram import Update
from telegram.error import Conflict

from digestbot.playground import Emulator


async def test_a_poll_wakes_when_something_arrives(bot, ann):
    """The answer comes with the message, not with the time-out, and stays until confirmed."""
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await ann.says("/top 5")
    (update,) = await poll
    assert update.message.parse_entities() == {update.message.entities[0]: "/top"}
    assert [again.update_id for again in await bot.get_updates()] == [update.update_id]
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_second_poller_ends_the_first(telegram, bot, wire):
    """The older poll gets the 409, the newer goes on."""
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await telegram.until_called("getUpdates")
    assert (await wire("getUpdates"))["ok"]
    with pytest.raises(Conflict, match="terminated by other getUpdates request; make sure that only one bot"):
        await first


async def test_the_server_lets_a_poll_go_when_it_stops():
    """Nobody waits for the time-out of a poll at the end."""
    telegram = Emulator()
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with ClientSession() as client, telegram.serve() as url:
        poll = asyncio.create_task(client.post(f"{url}/bot{telegram.token}/getUpdates", json={"timeout": 50}))
        await telegram.until_called("getUpdates")
        telegram.server.stop()
        assert await (await poll).json() == {"ok": True, "result": []}
    assert loop.time() - started < 5


async def test_the_server_comes_back_on_its_port(telegram, ann):
    """After a pause at the same address, what arrived meanwhile is there."""
    async with telegram.serve() as url:
        port = int(url.rsplit(":", 1)[1])
    await ann.says("anyone?")
    async with telegram.serve(port=port) as url, ClientSession() as client:
        response = await client.get(f"{url}/bot{telegram.token}/getUpdates")
        assert (await response.json())["result"][0]["message"]["text"] == "anyone?"


async def test_unwanted_kinds_do_not_come(bot, ann, wire):
    """Reactions come only when asked for; a list of kinds keeps the others away."""
    message = await ann.says("one")
    await ann.reacts(message, "👍")
    assert len(await bot.get_updates(allowed_updates=["message_reaction"])) == 1
    await ann.says("unwanted")
    await ann.reacts(message, "🔥")
    updates = await bot.get_updates(offset=2)
    assert [update.message_reaction.new_reaction[0].emoji for update in updates] == ["🔥"]
    assert (await wire("getWebhookInfo"))["result"]["allowed_updates"] == ["message_reaction"]


async def test_updates_are_kept_for_a_day(bot, ann, clock):
    """What a bot does not fetch in 24 hours is lost; a negative offset takes the newest."""
    await ann.says("yesterday")
    clock.passes(hours=25)
    await ann.says("one")
    await ann.says("two")
    assert [update.message.text for update in await bot.get_updates()] == ["one", "two"]
    assert [update.message.text for update in await bot.get_updates(offset=-1)] == ["two"]


async def test_a_webhook_gets_each_update_with_its_secret(telegram, bot, ann, wire):
    """Updates are posted in order, again after a failure; polling is a conflict meanwhile."""
    got: asyncio.Queue[Any] = asyncio.Queue()
    answers = [503, 200, 200]

    async def hook(request: web.Request) -> web.Response:
        secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
        got.put_nowait((secret, Update.de_json(await request.json())))
        status = answers.pop(0)
        if len(answers) == 0:
            return web.json_response({"method": "sendMessage", "chat_id": ann.id, "text": "reply"})
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await ann.says("one")
        await ann.says("two")
        posted = [await asyncio.wait_for(got.get(), 5) for _ in range(3)]
        assert [(secret, update.effective_message.text) for secret, update in posted] == [
            ("s3cret", "one"),
            ("s3cret", "one"),
            ("s3cret", "two"),
        ]
        assert (await ann.private.hears()).text == "reply"
        await telegram.taken()
        info = await bot.get_webhook_info()
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
        assert await bot.delete_webhook()
        assert await bot.get_updates() == ()
    finally:
        await runner.cleanup()


async def test_webhooks_telegram_refuses(wire):
    """HTTPS only, on four ports, and a secret of few characters."""
    error = await wire.error("setWebhook", url="https://example.org:9000/x")
    assert error == "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
    assert (
        await wire.error("setWebhook", url="http://example.org/x")
        == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    )
    assert (
        await wire.error("setWebhook", url="https://x.org", secret_token="a b")
        == "Bad Request: secret token contains unallowed characters"
    )


async def test_wrong_tokens_and_methods(url, wire):
    """401 and 404, and parameters in the address or a form do as well as JSON."""
    async with ClientSession() as client:
        async with client.get(f"{url}/bot1:wrong/getMe") as response:
            assert (response.status, await response.json()) == (
                401,
                {"ok": False, "error_code": 401, "description": "Unauthorized"},
            )
        async with client.get(f"{wire.base}/GETME?x=1") as response:
            assert (await response.json())["result"]["username"] == "digest_bot"
        async with client.post(f"{wire.base}/getUpdates", data={"limit": "5"}) as response:
            assert await response.json() == {"ok": True, "result": []}
        async with client.post(
            f"{wire.base}/getMe", data=b"{", headers={"Content-Type": "application/json"}
        ) as response:
            assert response.status == 400
    assert await wire.error("sendTelepathy") == "Not Found"
