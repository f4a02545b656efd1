"""What is learned from votes, and how far it reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.background import Background
from digestbot.core.digest import How, Pick
from digestbot.core.taste import (
    LEAST_SCORE,
    MOST_PLACES,
    MOST_WORDS,
    Learned,
    Lesson,
    Tasting,
    counted,
    known_words,
    learn,
    reordered,
    told_words,
)
from tests.builders import a_paper

NOTHING = Background()
LIKED = [Lesson(a_paper(n, f"Robots of {word}"), is_liked=True) for n, word in enumerate(("Iron", "Tin"))]
DISLIKED = [
    Lesson(a_paper(n, f"Surveys of {word}"), is_liked=False) for n, word in enumerate(("Iron", "Tin"), 5)
]


def test_words_are_learned_by_how_often_they_were_liked() -> None:
    """What both kinds hold weighs nothing; what more votes tell weighs more, and how many is told."""
    taste = {one.word: one for one in learn([*LIKED, *DISLIKED], NOTHING)}
    assert taste["robot"].weight > 0 > taste["survey"].weight
    assert taste["robot"] == Learned("robot", "Robots", taste["robot"].weight, 2)
    assert "iron" not in taste
    assert "of" not in taste
    one, two = (learn(LIKED[:count], NOTHING)[0].weight for count in (1, 2))
    assert 0 < one < two <= 1


def test_usual_words_teach_less() -> None:
    """A word that most papers hold tells little of a reader."""
    known = known_words(a_paper(number, f"Robots {number % 9}") for number in range(200))
    taste = {one.word: one.weight for one in learn(LIKED, known)}
    assert abs(taste.get("robot", 0.0)) < taste["iron"]


def test_what_was_removed_is_not_learned_again() -> None:
    """Also from new votes; without votes nothing is learned."""
    assert "robot" not in {one.word for one in learn(LIKED, NOTHING, {"robot"})}
    assert learn([], NOTHING) == ()


def test_title_and_keywords_tell_what_a_paper_is_about() -> None:
    """Not small words, numbers, or what no button could hold."""
    paper = a_paper(1, f"On 3D Maps of 2024 and {'x' * 40}", ai_keywords=("world models",))
    assert told_words(paper) == {"3d": "3D", "map": "Maps", "world": "world", "model": "models"}


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Pre-Training End-to-End", {"pretraining": "Pre-Training", "endtoend": "End-to-End"}),
        ("Pretraining", {"pretraining": "Pretraining"}),
        ("GPT-4 and Qwen2.5", {"gpt4": "GPT-4", "qwen25": "Qwen2.5"}),
        ("Image/Video Maps", {"image": "Image", "video": "Video", "map": "Maps"}),
        ("Maps—Made by Hand", {"map": "Maps", "made": "Made", "hand": "Hand"}),
        ("Text-to-Speech (TTS)", {"texttospeech": "Text-to-Speech", "tts": "TTS"}),
        ("Poincaré-Ball", {"poincareball": "Poincare-Ball"}),
        ("-", {}),
        ("", {}),
    ],
)
def test_a_compound_is_one_word(title: str, told: dict[str, str]) -> None:
    """Half of one, "Pre" or "End", tells nobody what they like."""
    assert told_words(a_paper(1, title)) == told


words = st.sampled_from(["robots", "maps", "video", "agents", "survey", "speech"])
titles = st.lists(words, min_size=1, max_size=4).map(" ".join)
lessons = st.lists(st.tuples(titles, st.booleans()), max_size=12)


@given(lessons, st.randoms())
def test_the_same_lessons_teach_the_same(given_: list[tuple[str, bool]], luck: object) -> None:
    """In any order; weights are bounded, and words are few."""
    told = [Lesson(a_paper(n, title), is_liked=liked) for n, (title, liked) in enumerate(given_)]
    taste = learn(told, NOTHING)
    shuffled = [*told]
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [one.word for one in learn(shuffled, NOTHING)] == [one.word for one in taste]
    assert [one.weight for one in learn(shuffled, NOTHING)] == [one.weight for one in taste]
    assert all(-1 <= one.weight <= 1 for one in taste)
    assert len(taste) <= MOST_WORDS


@given(st.lists(st.floats(-50, 50), max_size=30))
def test_no_paper_is_lost_or_moved_far(scores: list[float]) -> None:
    """Two papers that stand further apart than both can move keep their order."""
    picks = [Pick(f"2510.{number:05}", ("agents",)) for number in range(len(scores))]
    served = reordered(picks, {pick.paper_id: found for pick, found in zip(picks, scores, strict=True)})
    assert sorted(served, key=lambda pick: pick.paper_id) == picks
    for place, pick in enumerate(served):
        assert abs(picks.index(pick) - place) <= 2 * MOST_PLACES
    flat = reordered(picks, dict.fromkeys((pick.paper_id for pick in picks), 0.3))
    assert flat == picks


def test_one_paper_from_outside_is_added_where_it_scores() -> None:
    """The best of them, marked, at the end; none where none scores enough. What rises keeps its place."""
    papers = [a_paper(n, title) for n, title in enumerate(("Agents", "Robots", "Robots on Maps", "Speech"))]
    tasting = Tasting(papers)
    picks = [Pick(papers[0].id, ("agents",)), Pick("2509.00001", how=How.RISING)]
    taste = [("robot", LEAST_SCORE), ("map", 0.2), ("speech", LEAST_SCORE / 2)]
    assert tasting.served(picks, taste, 0b1110) == (*picks, Pick(papers[2].id, how=How.OUTSIDE))
    assert tasting.served(picks, taste, 0b1000) == tuple(picks)
    assert tasting.served(picks, [], 0b1110) == tuple(picks)


def test_why_tells_the_words_that_a_paper_holds() -> None:
    """And no others."""
    taste = learn([*LIKED, *DISLIKED], NOTHING)
    assert [one.word for one in counted(taste, a_paper(1, "A Survey of Maps"))] == ["survey"]
