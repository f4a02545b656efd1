"""Who may talk to the page: this machine's browser, on this page; nobody who borrows it."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' https://cdn-thumbnails.huggingface.co; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse names that are not ours (DNS rebinding) and what other pages send."""
    if not is_ours(request.host):
        raise web.HTTPForbidden(text=f"This page is not {request.host!r}.")
    if request.method not in {"GET", "HEAD"}:
        if request.headers.get("Origin") != f"{request.scheme}://{request.host}":
            raise web.HTTPForbidden(text="Only this page's own requests are taken.")
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    return await handler(request)


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that keep foreign text harmless."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def is_ours(host: str) -> bool:
    """Return whether a Host header names this machine by number, or as localhost.

    An attacker's name can be made to point here, a number can't be borrowed.
    """
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or is_number(name)


def is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Return whether *name* is an address that only this machine reaches."""
    return name == "localhost" or (is_number(name) and ipaddress.ip_address(name).is_loopback)
