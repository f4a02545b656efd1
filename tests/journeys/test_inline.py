"""Papers offered in any chat, while somebody types."""

from digestbot.demo import Stage
from digestbot.playground.people import Person
from tests.journeys.conftest import refused


async def test_what_is_typed_is_searched_for(stage: Stage, ann: Person) -> None:
    """The best first, each with what will be sent: the summary, links, and no button that is ours alone."""
    asked = await ann.inline("diffusion models")
    assert [result["title"] for result in asked.results] == [
        "Diffusion Models at Night",
        "Video Diffusion Models and Agents",
    ]
    first = asked.results[0]
    assert first["description"].startswith("▲ 50 votes · ")
    assert "<b><a href=" in first["input_message_content"]["message_text"]
    buttons = [button for row in first["reply_markup"]["inline_keyboard"] for button in row]
    assert [button["text"] for button in buttons] == ["arXiv", "PDF", "Hugging Face"]
    assert asked.is_personal
    assert refused(stage) == []


async def test_nothing_typed_offers_the_top_of_the_day(stage: Stage, minjun: Person) -> None:
    """In the reader's own language, also to who never wrote to the bot."""
    asked = await minjun.inline("")
    assert len(asked.results) == 5
    assert asked.results[0]["title"] == "Diffusion Models at Night"
    assert "발췌" in asked.results[0]["input_message_content"]["message_text"]
    assert refused(stage) == []


async def test_words_that_find_nothing_or_are_none_offer_nothing(stage: Stage, ann: Person) -> None:
    """Half a word, only what is unwanted, far too much, and signs alone are answered, with nothing."""
    for typed in ("zebra", "-survey", "x" * 250, '"((* OR', "\u200b"):
        asked = await ann.inline(typed)
        assert asked.is_answered
        if typed != "\u200b":
            assert asked.results == []
    assert refused(stage) == []
