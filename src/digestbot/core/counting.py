"""Numbers that readers write in words before what they count: `八点半`, `여덟 시`, `two weeks`."""

import re

_HAN = {digit: n for n, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "両": 2}
_KOREAN = "한 두 세 네 다섯 여섯 일곱 여덟 아홉 열 열한 열두"
_ENGLISH = "one two three four five six seven eight nine ten eleven twelve"
_WORDS = {"a": 1} | {word: n for words in (_KOREAN, _ENGLISH) for n, word in enumerate(words.split(), 1)}
_IN_HAN = re.compile(
    rf"[{''.join(_HAN)}十]+(?=\s*(?:[点點时時分年月日号天周週个個]|[かヶカ]月|星期(?![一二三四五六日天])))"
)
_IN_WORDS = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    r"(?=\s*(?:시(?!간)|주(?!말)|달)|\s+(?:days?|weeks?|months?)\b)"
)


def in_digits(text: str) -> str:
    """Return *text* with the numbers of hours, days, weeks and months in digits.

    >>> in_digits("晚上八点半"), in_digits("二十四日"), in_digits("周一"), in_digits("여덟 시")
    ('晚上8点半', '24日', '周一', '8 시')
    """
    return _IN_WORDS.sub(lambda found: str(_WORDS[found[0]]), _IN_HAN.sub(_of_han, text))


def _of_han(found: re.Match[str]) -> str:
    tens, ten, ones = found[0].rpartition("十")
    if not ten:
        return "".join(str(_HAN[digit]) for digit in ones)
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return found[0]
    return str(10 * _HAN.get(tens, 1) + _HAN.get(ones, 0))
