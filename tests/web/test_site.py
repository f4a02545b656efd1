"""Health, readiness and metrics, over HTTP, on SQLite and PostgreSQL."""

import json
import re
import socket
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from digestbot.actions.ledger import Result
from digestbot.core.delivery import Delivery, State
from digestbot.core.digest import Digest, Pick
from digestbot.core.paper import DayState, SourceDay
from digestbot.errors import OutageError, SettingsError
from digestbot.store import Store
from digestbot.store.deliveries import Settled
from digestbot.store.picks import pack
from digestbot.web.metrics import Metrics
from digestbot.web.site import Site
from tests.builders import NOON, Clock, a_subscriber

DASHBOARD = Path(__file__).parents[2] / "config" / "grafana.json"
DIGEST = Digest((Pick("2510.00001", ("agents",)),), (), 9)


class Page:
    """What a process shows, and what decides it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.metrics = Metrics()
        self.silence: float | None = 30.0

    async def get(self, path: str) -> tuple[int, str]:
        site = Site(self.store, self.clock, self.metrics, lambda: self.silence)
        async with site.serve("127.0.0.1", 0) as port, aiohttp.ClientSession() as client:
            answer = await client.get(f"http://127.0.0.1:{port}{path}")
            return answer.status, await answer.text()

    async def not_ready(self) -> list[str]:
        """Return the names of the checks that failed."""
        status, text = await self.get("/readyz")
        told = json.loads(text)
        failed = [name for name, check in told["checks"].items() if not check["ok"]]
        assert (status, told["ready"]) == ((503, False) if failed else (200, True))
        return failed


@pytest.fixture
async def page(store: Store) -> Page:
    """A day that was read a moment ago, and a digest that is due."""
    async with store.write() as tables:
        await tables.days.put(
            SourceDay(
                source="huggingface", day=NOON.date(), state=DayState.COMPLETE, papers=3, fetched_at=NOON
            )
        )
        reader = await tables.subscribers.add(a_subscriber(), NOON)
        (digest_id,) = await tables.deliveries.compose([pack(DIGEST)], [False], NOON)
        await tables.deliveries.plan({reader.id: digest_id})
    return Page(store)


async def test_it_is_ready_as_long_as_all_goes_on(page: Page) -> None:
    """Each check fails by its own cause, is named, and makes it a 503; alive it is all the while."""
    assert await page.not_ready() == []
    for silence in (None, 301.0):
        page.silence = silence
        assert await page.not_ready() == ["scheduler"]
    page.silence = 1.0
    page.clock.now = NOON + timedelta(minutes=16)
    assert await page.not_ready() == ["delivery"]
    page.clock.now = NOON + timedelta(days=2)
    assert await page.not_ready() == ["source", "delivery"]
    assert await page.get("/healthz") == (200, "alive\n")


async def test_a_database_that_is_gone_is_told() -> None:
    """503 within moments, and without its address."""
    async with Store("postgresql+asyncpg://u:pw@127.0.0.1:1/x") as store:
        page = Page(store)
        assert await page.not_ready() == ["database"]
        assert "pw" not in (await page.get("/readyz"))[1]
        status, told = await page.get("/metrics")
        assert (status, told.startswith("the database does not answer: ")) == (503, True)


async def test_a_port_that_is_taken_is_told() -> None:
    """Who has it may leave; a host that is none has to be mended."""
    site = Site(Store("sqlite+aiosqlite://"), Clock(), Metrics(), None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OutageError, match=f"DIGESTBOT_WEB__PORT={port}: Address already in use"):
            async with site.serve("127.0.0.1", port):
                pass
    with pytest.raises(SettingsError, match=r"DIGESTBOT_WEB__HOST=no\.invalid"):
        async with site.serve("no.invalid", 0):
            pass


async def test_metrics_tell_what_happened_and_what_there_is(page: Page) -> None:
    """Results, lag, retries and calls are counted; the rest is read from the database."""
    sent = Delivery(id=1, subscriber_id=1, digest_id=1, slot_at=NOON, digest=DIGEST, state=State.SENT)
    waiting = sent._replace(state=State.PLANNED, act_at=NOON)
    results = [Result(Settled(waiting, "flood")), Result(Settled(sent))]
    page.metrics.settled(results, NOON + timedelta(seconds=20))
    page.metrics.call("sendMessage", "200")
    page.metrics.call("sendMessage", "200")
    _, text = await page.get("/metrics")
    for line in (
        'digestbot_deliveries_total{result="sent"} 1.0',
        'digestbot_delivery_lag_seconds_bucket{le="15.0"} 0.0',
        'digestbot_delivery_lag_seconds_bucket{le="30.0"} 1.0',
        "digestbot_retries_total 1.0",
        'digestbot_api_calls_total{method="sendMessage",status="200"} 2.0',
        "digestbot_queue_length 1.0",
        'digestbot_subscribers{state="active"} 1.0',
        'digestbot_source_days{source="huggingface",state="complete"} 1.0',
        'digestbot_source_age_days{source="huggingface"} 0.0',
        "digestbot_llm_tokens_today 0.0",
    ):
        assert line in text.splitlines()


async def test_who_asks_often_costs_no_more(page: Page) -> None:
    """Within ten seconds the database is not counted again; after them it is."""
    assert "digestbot_queue_length 1.0" in (await page.get("/metrics"))[1]
    async with page.store.write() as tables:
        (claimed,) = (await tables.deliveries.claim(NOON, 1)).deliveries
        await tables.deliveries.cancel(claimed.subscriber_id, NOON)
        await tables.subscribers.add(a_subscriber(8), NOON)
    page.clock.now = NOON + timedelta(seconds=9)
    assert 'digestbot_subscribers{state="active"} 1.0' in (await page.get("/metrics"))[1]
    page.clock.now = NOON + timedelta(seconds=10)
    assert 'digestbot_subscribers{state="active"} 2.0' in (await page.get("/metrics"))[1]


async def test_the_dashboard_names_only_what_is_exported(page: Page) -> None:
    """Every metric of `config/grafana.json` is told, and every metric has its panel."""
    _, text = await page.get("/metrics")
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    shown = set(re.findall(r"digestbot_\w+", DASHBOARD.read_text(encoding="utf-8")))
    assert {name.removesuffix("_bucket") for name in shown} == {
        name for name in told if not name.endswith("_created")
    }
