"""The synonyms that ship, and those of an operator."""

import re
from pathlib import Path

import pytest

from digestbot.core.match import Matcher
from digestbot.core.synonyms import form
from digestbot.errors import SettingsError
from digestbot.vocabulary import load_synonyms
from tests.builders import a_paper

SYNONYMS = load_synonyms()
GROUPS = SYNONYMS.groups
KOREAN = re.compile(r"[\uac00-\ud7af]")
UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
BEST_KNOWN = ["LLM", "RAG", "RLHF", "MoE", "VLM", "VLA", "GRPO", "CoT", "NeRF", "3DGS"]


def test_there_are_many() -> None:
    """At least 150 groups, 100 of them with Korean, and with Japanese or Chinese."""
    assert len(GROUPS) >= 150
    assert sum(any(map(UNSPACED.search, group)) for group in GROUPS) >= 100
    assert sum(any(map(KOREAN.search, group)) for group in GROUPS) >= 100


@pytest.mark.parametrize("short", BEST_KNOWN)
def test_the_best_known_are_there(short: str) -> None:
    """An abbreviation that any reader of papers uses has its long form."""
    (group,) = [group for group in GROUPS if short in group]
    assert len(group) > 1


def test_every_group_says_something() -> None:
    """Two terms at least, none twice in a group, none without a word."""
    for group in GROUPS:
        forms = [form(term) for term in group]
        assert len(forms) > 1, group
        assert len({(known.words, known.capitals) for known in forms}) == len(forms), group
        assert all(known.words for known in forms), group


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_each_term_finds_all_others(group: tuple[str, ...]) -> None:
    """Both ways; Japanese and Chinese are only asked in, as no paper is written in them."""
    for asked in group:
        for said in (term for term in group if not UNSPACED.search(term)):
            paper = a_paper(title=f"On {said}", abstract="")
            assert Matcher([asked], SYNONYMS).match([paper]), (asked, said)


def test_an_operator_may_bring_a_file(tmp_path: Path) -> None:
    """Of the same form."""
    path = tmp_path / "mine.toml"
    path.write_text('groups = [["zorp", "grand unified theory"]]', encoding="utf-8")
    assert Matcher(["zorp"], load_synonyms(path)).match([a_paper(title="A Grand Unified Theory")])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("groups = [", "Invalid"),
        ("other = 1", 'no list of "groups"'),
        ('groups = ["LLM"]', "group 1 is not a list of terms"),
        ('groups = [["a", "b"], [1]]', "group 2 is not a list of terms"),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str | None, told: str) -> None:
    """The file and what is wrong with it."""
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_synonyms(path)
    assert str(path) in str(caught.value.problems)
    assert told in str(caught.value.problems)
