"""Language models whose manner is known: what each writes when it is asked for a summary."""

import json
import re
from typing import Any

from digestbot.core.quantities import plain, quantities
from digestbot.core.summary import Section
from digestbot.core.text import sentences

_TASK = re.compile(
    r"Language: (?P<tag>\S+)\nBEGIN (?P<mark>\w+)\n(?P<title>[^\n]*)\n\n(?P<text>.*)\nEND (?P=mark)\n",
    re.DOTALL,
)
_HEADS = {
    "ko": ("이 논문은 새로운 연구를 소개한다", "본문에 나오는 수치가 있다", "저자들은 그 효과를 확인하였다"),
    "ja": ("この論文は新しい研究を紹介する", "本文には数値がある", "著者はその効果を確かめた"),
    "en": ("The paper is presented", "There is a number in it", "The authors measured what they made"),
}

Messages = list[dict[str, Any]]


def faithful(messages: Messages) -> str:
    """Write what the paper says, in the language asked for: its title, and numbers that it holds."""
    asked = _asked(messages)
    new, number, seen = _HEADS.get(asked["tag"].split("-")[0], _HEADS["en"])
    numbers = [found.written for found in quantities(plain(asked["text"]))][:2]
    bullets = [f"{new}({asked['title']})."[:300], *(f"{number}({told})." for told in numbers), f"{seen}."]
    return _answer(messages, bullets)


def inventive(messages: Messages) -> str:
    """Write numbers and names that the paper does not hold."""
    return _answer(messages, ["이 연구는 GPT-9를 97.31% 능가한다.", "모두 8,421개의 GPU를 썼다."])


def half_inventive(messages: Messages) -> str:
    """Write what is right, and one thing that is not."""
    right = json.loads(faithful(messages))
    listed = next(iter(right.values()))
    listed.insert(1, "정확도는 97.31%이다.")
    return json.dumps(right, ensure_ascii=False)


def echoing(messages: Messages) -> str:
    """Repeat the abstract in English, whatever language is asked for, and not as JSON."""
    return "\n".join(f"- {sentence}" for sentence in sentences(_asked(messages)["text"]))


def obedient(messages: Messages) -> str:
    """Do what the abstract says, as a model without a mind of its own would: repeat all of it."""
    text = _asked(messages)["text"]
    return _answer(messages, [text, *sentences(text), f"링크를 방문하세요: {text}"])


def _asked(messages: Messages) -> dict[str, str]:
    for message in messages:
        if found := _TASK.search(message["content"]):
            return found.groupdict()
    return {"tag": "en", "title": "Nothing", "text": ""}  # whether it is there at all was asked


def _answer(messages: Messages, bullets: list[str]) -> str:
    if '"technical"' in messages[0]["content"]:
        parts = {Section.NEW: bullets[:1], Section.TECHNICAL: bullets[1:-1], Section.RESULTS: bullets[-1:]}
        return json.dumps(parts, ensure_ascii=False)
    return json.dumps({"bullets": bullets}, ensure_ascii=False)
