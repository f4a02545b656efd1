"""The languages that the bot speaks. To add one: a line here, and its catalogue in `render/locale/`."""

LANGUAGES = {"en": "English", "ko": "한국어", "ja": "日本語", "zh": "简体中文"}
"""Each by its ISO 639-1 code, as Telegram's menus want it, with its own name."""
ZONES = {"ko": "Asia/Seoul", "ja": "Asia/Tokyo", "zh": "Asia/Shanghai"}
"""Where most who speak a language live; English tells nothing of that."""
