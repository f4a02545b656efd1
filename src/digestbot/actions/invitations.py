"""Invitations: links that let people in where not everybody may come in."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from digestbot.actions import Clock
from digestbot.core.access import Mode
from digestbot.errors import UserError
from digestbot.store import Store

MOST_USES = 1000
VALID_DAYS = 30


class Invitations:
    """Makes invitations and lets them be used."""

    def __init__(self, store: Store, clock: Clock, mode: Mode) -> None:
        self._store = store
        self._clock = clock
        self._mode = mode

    async def invite(self, uses: int) -> str:
        """Return the code of a new invitation for so many people. Raises UserError `no-invitations`."""
        if self._mode is not Mode.INVITE:
            raise UserError("no-invitations")
        code = secrets.token_urlsafe(12)
        now = self._clock()
        async with self._store.write() as tables:
            await tables.invitations.forget(now)
            await tables.invitations.add(code, uses, now + timedelta(days=VALID_DAYS))
        return code

    async def redeem(self, code: str) -> bool:
        """Use an invitation once; tell whether it was good."""
        async with self._store.write() as tables:
            return await tables.invitations.use(code, self._clock())

    async def take_back(self, code: str) -> None:
        """Let nobody use it any more. Raises UserError `old-button` where it is not there."""
        async with self._store.write() as tables:
            if not await tables.invitations.remove(code):
                raise UserError("old-button")

    async def knows(self, chats: Iterable[int | None]) -> bool:
        """Tell whether one of these is a subscriber's."""
        async with self._store.read() as tables:
            return await tables.subscribers.has([chat for chat in chats if chat is not None])
