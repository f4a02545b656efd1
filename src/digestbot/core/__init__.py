"""The rules, pure: plain functions of frozen values. No await, no clock, no I/O, no Telegram, no SQL."""
