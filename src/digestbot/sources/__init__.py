"""Asks the outside world. One module a source, one HTTP client for all of them; no SQL, no Telegram.

A source answers with frozen values of `core` or raises SourceError; nothing foreign leaves this room.
"""
