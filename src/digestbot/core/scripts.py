"""Is a text in the language that it should be in? Told by its letters, and by its commonest words."""

import re
import unicodedata
from collections import Counter

_LEAST = 0.3
"""The share of letters that is the language's own, against Latin words that are no names and no asides."""
_SCRIPTS = {
    "ko": ("HANGUL",),
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "zh": ("CJK",),
    "ru": ("CYRILLIC",),
    "uk": ("CYRILLIC",),
    "el": ("GREEK",),
    "ar": ("ARABIC",),
    "fa": ("ARABIC",),
    "he": ("HEBREW",),
    "hi": ("DEVANAGARI",),
    "th": ("THAI",),
}
_ASIAN = {"HANGUL", "HIRAGANA", "KATAKANA", "CJK"}
_WORDS = {
    "en": "a an the of and to in is that for with we are by be on at or as its it this which from can",
    "de": "der die das und ist in zu den mit von für auf ein eine wird werden nicht sich auch als durch",
    "fr": "le la les de des et est un une dans pour que qui sur par avec ce cette sont plus du",
    "es": "el la los las de y en un una que es para con por se del su como más este esta",
    "pt": "o a os as de e em um uma que é para com por se do da no na mais como este",
    "it": "il la i le di e in un una che è per con si del della come più questo sono",
}
_SHARED = Counter(word for words in _WORDS.values() for word in set(words.split()))
_SETS = {
    language: frozenset(word for word in words.split() if _SHARED[word] == 1)
    for language, words in _WORDS.items()
}
"""Without the words that two of them share."""
_ORDINARY = re.compile(r"\b[a-z]+\b")
_ASIDE = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W\d_]+")


def complaint(text: str, language: str, source: str) -> str | None:
    """Return what is wrong with the letters or words of *text* for *language*, or None.

    Letters of another script are no fault where *source* has them too.
    """
    tag = language.lower().split("-")[0]
    foreign = {letter for letter in text if _script(letter) in _ASIAN} - set(source)
    letters = Counter(_script(letter) for letter in text if letter.isalpha())
    own = _SCRIPTS.get(tag)
    if own is None:
        return _of_latin(text, tag, letters, foreign)
    leaked = next((letter for letter in text if letter in foreign and _script(letter) not in own), None)
    if leaked:
        return f"{leaked} is not written in {language}"
    native = sum(letters[script] for script in own)
    share = native / max(1, native + sum(map(len, _ORDINARY.findall(_ASIDE.sub(" ", text)))))
    if share < _LEAST:
        return f"only {share:.0%} of it is in {language}"
    if tag == "ja" and not letters["HIRAGANA"] + letters["KATAKANA"]:
        return "Chinese, not Japanese"
    return None


def _of_latin(text: str, tag: str, letters: Counter[str], foreign: set[str]) -> str | None:
    if foreign:
        return f"{min(foreign)} is not written in {tag}"
    if letters["LATIN"] + letters["GREEK"] < 0.6 * letters.total():
        return f"hardly any letters are of {tag}"
    if tag not in _SETS:
        return None
    said = [word.casefold() for word in _WORD.findall(text)]
    votes = {known: sum(word in words for word in said) for known, words in _SETS.items()}
    best = max(votes, key=lambda known: votes[known])
    return f"is in {best}" if votes[best] >= 3 and votes[best] > 2 * votes[tag] else None


def _script(letter: str) -> str:
    """Return the script of a letter by the first word of its Unicode name: LATIN, HANGUL, CJK."""
    if letter.isascii():
        return "LATIN" if letter.isalpha() else ""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
