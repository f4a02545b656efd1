"""Invitations as rows. Who used one is not kept."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from digestbot.store.schema import invitations


class Invitations:
    """Codes, and how often each may still be used."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, code: str, uses: int, expires_at: datetime) -> None:
        row = {"code": code, "uses_left": uses, "expires_at": expires_at}
        await self._connection.execute(invitations.insert(), row)

    async def use(self, code: str, now: datetime) -> bool:
        """Use one once, and tell whether it could be; many at once get no more than there are."""
        good = (invitations.c.code == code) & (invitations.c.uses_left > 0) & (invitations.c.expires_at > now)
        use = invitations.update().where(good).values(uses_left=invitations.c.uses_left - 1)
        return bool((await self._connection.execute(use)).rowcount)

    async def remove(self, code: str) -> bool:
        """Delete one, and tell whether it was there."""
        gone = invitations.delete().where(invitations.c.code == code)
        return bool((await self._connection.execute(gone)).rowcount)

    async def forget(self, now: datetime) -> None:
        """Delete those that nobody can use."""
        over = (invitations.c.uses_left <= 0) | (invitations.c.expires_at <= now)
        await self._connection.execute(invitations.delete().where(over))
