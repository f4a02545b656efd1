"""What is looked for, and which words tell what a paper is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.search import (
    LONGEST,
    Field,
    enough,
    indexed,
    like,
    read_search,
    spelt,
    tellings,
    told,
)
from digestbot.core.synonyms import Synonyms
from digestbot.errors import UserError
from tests.builders import a_paper

SYNONYMS = Synonyms(
    [
        ["RAG", "retrieval augmented generation", "검색 증강 생성"],
        ["diffusion model", "拡散モデル", "扩散模型"],
    ]
)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("KV Caches", (("kv",), ("cach",))),
        ("caches cache", (("cach",),)),
        ("mixture of experts", (("mixture",), ("expert",))),
        ("of the", (("of",), ("the",))),
        ("fine-tuning", (("fine", "tuning"),)),
        ('"so on" llamas', (("llama",), ("so", "on"))),
        ("“so on", (("so", "on"),)),
        ("NEAR(a* OR title:b)", (("near", "a"), ("title", "b"))),
    ],
)
def test_words_as_they_are_looked_for(text: str, way: tuple[tuple[str, ...], ...]) -> None:
    """Folded; small words only where there are no others; what hangs together is a phrase."""
    assert read_search(text, Synonyms()).ways[0] == way


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("fine-tuning", (("finetuning",),)),
        ("data set", (("dataset",),)),
        ("rag", (("retrieval",), ("augmented",), ("generation",))),
        ("검색 증강 생성", (("rag",),)),
        ("拡散モデル", (("diffusion",), ("model",))),
        ("扩散模型", (("diffusion",), ("model",))),
    ],
)
def test_other_ways_to_say_it(text: str, other: tuple[tuple[str, ...], ...]) -> None:
    """Compounds written otherwise, and synonyms; who types English is not shown Korean ways."""
    ways = read_search(text, SYNONYMS).ways
    assert other in ways
    assert not text.isascii() or not any("_" in word for way in ways for phrase in way for word in phrase)


def test_a_sentence_without_spaces_is_not_too_long() -> None:
    """In Japanese and Chinese each character counts as a word in the index, but not for who types it."""
    (way, *_) = read_search("大規模言語モデルによる推論の研究", SYNONYMS).ways
    assert len(way) == 1


def test_what_is_not_wanted() -> None:
    """A minus before a word or a phrase; one within a word is a hyphen."""
    search = read_search('llama -survey –"a benchmark" multi-modal', Synonyms())
    assert search.unwanted == (("survey",), ("a", "benchmark"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "usage-search"),
        ("-survey", "usage-search"),
        ("🦙 … ((", "usage-search"),
        ("x" * (LONGEST + 1), "search-too-long"),
        (" ".join(f"w{n}" for n in range(13)), "search-too-long"),
        ('"a b" ' * 13, "search-too-long"),
        ("-".join("abcdefghijklm"), "search-too-long"),
    ],
)
def test_what_can_not_be_looked_for(text: str, error: str) -> None:
    """Told with an example, before any database is asked."""
    with pytest.raises(UserError, match=error):
        read_search(text, Synonyms())


@given(st.text(max_size=LONGEST))
def test_anything_typed_is_spelt_in_safe_letters_or_refused(text: str) -> None:
    """No letter that a database could read as syntax ever gets there."""
    try:
        search = read_search(text, SYNONYMS)
    except UserError:
        return
    phrases = [phrase for way in search.ways for phrase in way] + [*search.unwanted]
    assert phrases
    assert all(phrases)
    for word in (word for phrase in phrases for word in phrase):
        assert set(word) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")


@given(st.text(min_size=1), st.text(min_size=1))
def test_words_that_differ_are_spelt_differently(one: str, other: str) -> None:
    """But for what is longer than any word."""
    if one[:40] != other[:40]:
        assert spelt(one) != spelt(other)


def test_a_way_with_more_words_is_worth_no_more() -> None:
    """Else papers that spell an abbreviation out would always come first."""
    points = read_search("rag", SYNONYMS).points
    in_title = {point.phrase: point.points for point in points if point.field is Field.TITLE}
    assert in_title[("rag",)] == in_title[("retrieval",)] * 3


def test_where_words_stand() -> None:
    """Authors, organisation and id are people's; what an abstract repeats is what it is about."""
    paper = a_paper(
        1, "On Llamas", abstract="Llamas eat. A llama runs.", authors=("Ann Lee",), organization="Lab"
    )
    words = indexed(paper)
    assert [word for word in words.often if word != "_"] == ["llama"]
    assert {"ann", "lee", "lab", "2510", "00001"} <= set(words.people)
    assert told(paper) != told(a_paper(1, "On Alpacas"))


def test_rare_words_tell_more_than_common_ones() -> None:
    """A word that no other paper holds tells nothing; where all are such, nothing is alike."""
    paper = a_paper(1, "Llama Model", abstract="A llama of vicuna.", ai_keywords=("small language models",))
    words = tellings(paper)
    assert words[:4] == ["llama", "model", "smalllanguage", "languagemodel"]
    counts = {"llama": 5, "model": 90, "vicuna": 1}
    points = dict(like(paper, [counts.get(word, 1) for word in words], 1000))
    assert points["llama"] > points["model"] > 0
    assert "vicuna" not in points
    assert "model" not in dict(like(paper, [100 if word == "model" else 5 for word in words], 1000))
    assert 0 < enough(points.items()) < points["llama"]
    assert like(paper, [1] * len(words), 1000) == ()
