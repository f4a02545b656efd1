"""A strict embedded Telegram: a Bot API server with people to talk to, for tests, demo and page.

```python
telegram = Emulator()
ann = telegram.user("Ann")
async with telegram.serve() as url:          # a bot is given base_url=f"{url}/bot"
    await ann.says("/start")
    welcome = await ann.private.hears()
    press = await ann.taps("Settings", on=welcome)
    await press.answered()
```

| It has | It has not |
|---|---|
| getUpdates (409, allowed_updates, 24 h), setWebhook | TLS, certificates, several bots |
| sendMessage, sendPhoto, sendDocument, copyMessage, sendChatAction | albums, polls, stickers, forwarding |
| editMessageText, -Caption, -ReplyMarkup, deleteMessage | editing inline messages, pinning |
| HTML and `entities`, in UTF-16 units, 100 at most | Markdown (refused), rich messages |
| inline and reply keyboards with their limits, answerCallbackQuery | Mini Apps, login, payments |
| private chats, groups, forums, channels, migration, privacy mode | moderation, join requests |
| my_chat_member; chat_member and message_reaction when asked for | single rights, slow mode |
| getMe, commands by scope and language, names, menu, getChat, members, getFile | profile photos, business |
| inline queries, their answers, a chosen result in its chat | inline feedback that is off |
| pace limits (off by default), faults on order, a log of all calls | longer penalties for flooding |

One file for each thing: `rules.py` what Telegram refuses · `tags.py` its HTML · `entities.py` its text ·
`methods.py` and `profile.py` the methods · `server.py` the wire · `world.py`, `chats.py`, `people.py` the
rest of the world · `faults.py`, `limits.py` its bad days · `transcript.py` chats as plain text · `page.py`,
`view.py`, `guard.py`, `web/` the same in a browser (`digestbot playground`).
"""

from .chats import Chat
from .emulator import Emulator
from .entities import Entity
from .faults import Fault, Trouble
from .messages import Attachment, Button, Message
from .people import Person
from .presses import InlineQuestion, NoSuchButtonError, Press, Toast
from .server import Call
from .transcript import transcript

__all__ = [
    "Attachment",
    "Button",
    "Call",
    "Chat",
    "Emulator",
    "Entity",
    "Fault",
    "InlineQuestion",
    "Message",
    "NoSuchButtonError",
    "Person",
    "Press",
    "Toast",
    "Trouble",
    "transcript",
]
