"""Answers HTTP: is this process alive and ready, what it counts, and Telegram's updates by webhook.

Only the webhook is for the outside; a proxy in front hands on no other path.
"""
