"""Lists of papers never break a rule of Telegram's, whatever sources and readers wrote."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digestbot.bot import BUTTONS_LIMIT, ENTITIES_LIMIT, TEXT_LIMIT
from digestbot.core.digest import Card, Listing, Trial, View, ViewKind
from digestbot.core.languages import LANGUAGES
from digestbot.core.limits import Limits
from digestbot.core.narrow import Way
from digestbot.core.paper import Paper
from digestbot.core.summary import Bullet, Input, Section, Summary, SummarySource
from digestbot.errors import UserError
from digestbot.playground.entities import utf16_length
from digestbot.playground.tags import parse_html
from digestbot.render import Renderer
from digestbot.render.message import Copy, Message, Part, Press
from digestbot.render.split import clip, shown_units, units
from tests.builders import DAY, a_paper, a_subscriber

RENDER = Renderer(TEXT_LIMIT, BUTTONS_LIMIT, ENTITIES_LIMIT)
OUR_TAGS = {"bold", "italic", "text_link", "code", "expandable_blockquote"}
DAY_OF_ALL = View(ViewKind.ALL, DAY.isoformat())

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
nasty = st.sampled_from(
    [
        "<b>",
        "</a>",
        "&amp;",
        "&",
        '"',
        "<",
        ">",
        "$x_1^{2}$",
        "👩‍👩‍👧",
        "🧪" * 9,
        "שלום",
        "{{ 7 }}",
        "%(day)s",
        "_*`",
    ]
)
texts = st.lists(words | nasty, min_size=1, max_size=12).map(" ".join)
long_texts = st.builds(lambda text, times: text * times, texts, st.integers(1, 60))
papers = st.builds(
    Paper,
    id=st.from_regex(r"[0-9]{4}\.[0-9]{5}", fullmatch=True),
    title=texts | long_texts,
    abstract=texts | long_texts,
    authors=st.lists(texts, max_size=20).map(tuple),
    upvotes=st.integers(0, 10**6),
    comments=st.integers(0, 10**6),
    listed_on=st.just(DAY),
    organization=st.none() | texts,
    thumbnail=st.none() | st.just("https://cdn.example.org/thumbnail.png"),
)
summaries = st.builds(
    Summary,
    bullets=st.lists(
        st.builds(Bullet, texts | long_texts, st.none() | st.sampled_from(Section)), min_size=1, max_size=7
    ).map(tuple),
    source=st.sampled_from(SummarySource),
    language=st.sampled_from(["en", "ko", "pt-BR"]),
    checked=st.booleans(),
    model=texts,
    input=st.sampled_from(Input),
    prompt=st.none() | st.just("1"),
    written_on=st.none() | st.just(DAY),
)
cards = st.builds(
    Card,
    papers,
    st.lists(texts.map(lambda text: text[:100]), max_size=6).map(tuple),
    st.none() | summaries,
)
TINY = Summary(bullets=(Bullet("s"),), source=SummarySource.EXTRACT, language="en", checked=True)
languages = st.sampled_from(list(LANGUAGES))


def listing(shown: list[Card], view: View = DAY_OF_ALL) -> Listing:
    return Listing(view=view, day=DAY, cards=tuple(shown), matched=len(shown) + 3, listed=100)


def check(message: Message) -> str:
    """Hold *message* against Telegram's rules and return its text."""
    text, entities = parse_html(message.html)
    assert utf16_length(text) <= TEXT_LIMIT
    assert shown_units(message.html) == utf16_length(text)
    assert {entity.type for entity in entities} <= OUR_TAGS
    assert len(entities) <= ENTITIES_LIMIT
    buttons = [button for row in message.buttons for button in row]
    assert len(buttons) <= BUTTONS_LIMIT
    assert all(0 < len(row) <= 8 for row in message.buttons)
    for button in buttons:
        if isinstance(button.does, Press):
            assert 1 <= len(button.does.code().encode()) <= 64
            assert Press.read(button.does.code()) == button.does
        elif isinstance(button.does, Copy):
            assert 1 <= units(button.does.text) <= 256
    return text


def pages_of(shown: list[Card], language: str) -> list[Part]:
    parts = []
    first = 0
    while first < len(shown):
        part = RENDER.digest(
            listing(shown, View(ViewKind.DIGEST, "9" * 10)), language, first, may_repeat=True
        )
        parts.append(part)
        first += part.cards
    return parts


def numbers_of(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row if button.text.isdigit()]


@settings(deadline=None, max_examples=60)
@given(st.lists(cards, min_size=1, max_size=12), languages)
def test_a_digest_breaks_no_rule_and_shows_each_paper_once(shown: list[Card], language: str) -> None:
    """However long the texts: split only between cards, every card in one message."""
    parts = pages_of(shown, language)
    for part in parts:
        check(part.message)
    numbers = [number for part in parts for number in numbers_of(part.message)]
    assert numbers == [str(rank) for rank in range(1, len(shown) + 1)]


@settings(max_examples=20)
@given(st.lists(cards, min_size=1, max_size=50), languages)
def test_a_groups_digest_is_one_message_that_counts_what_it_does_not_show(
    shown: list[Card], language: str
) -> None:
    """However many and however long: no rule is broken, and what has no room is told as a number."""
    part = RENDER.compact(
        listing(shown, View(ViewKind.DIGEST, "9" * 10)), language, 0, len(shown), may_repeat=True
    )
    text = check(part.message)
    numbers = numbers_of(part.message)
    assert part.cards == len(shown)
    assert numbers == [str(rank) for rank in range(1, len(numbers) + 1)]
    assert numbers
    assert str(len(shown) + 3 - len(numbers)) in text.rsplit("\n", 1)[-1]


@settings(deadline=None, max_examples=60)
@given(st.lists(cards, min_size=1, max_size=12), languages)
def test_paging_shows_each_paper_once(shown: list[Card], language: str) -> None:
    """From page to page by the buttons under them, to the end."""
    message = RENDER.page(listing(shown), language)
    seen: list[str] = []
    while True:
        check(message)
        seen += numbers_of(message)
        assert len(seen) <= len(shown)
        following = [button.does for row in message.buttons for button in row if button.text.endswith("›")]
        if not following:
            break
        assert isinstance(following[0], Press)
        message = RENDER.page(listing(shown), language, int(following[0].words[1]))
    assert seen == [str(rank) for rank in range(1, len(shown) + 1)]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(cards, max_size=5),
    st.sampled_from(
        [
            View(ViewKind.SEARCH, str(2**31 - 1)),
            View(ViewKind.SIMILAR, "astro-ph/0112017"),
            View(ViewKind.SAVED),
            View(ViewKind.MY_TOP_WEEK, "30"),
        ]
    ),
    texts | long_texts,
    languages,
)
def test_other_lists_break_no_rule(shown: list[Card], view: View, about: str, language: str) -> None:
    """What was searched for, and the title of the paper that others are like, are anybody's words."""
    old = [replace(card, paper=replace(card.paper, id="astro-ph/0112017")) for card in shown]
    check(RENDER.page(replace(listing(old, view), about=about), language))


@settings(deadline=None, max_examples=60)
@given(cards, languages)
def test_one_paper_breaks_no_rule(card: Card, language: str) -> None:
    """Neither opened from a list nor summarised."""
    back = Press("list", ("d.99999", "30"))
    for place in (back, None):
        check(RENDER.paper(card, language, place))
        check(RENDER.paper(card, language, place, other="pt-BR", awaited="ko"))


@settings(deadline=None)
@given(title=texts)
def test_a_title_is_shown_as_it_was_written(title: str) -> None:
    """Nothing of it is read as markup, and nothing is lost of it but its length."""
    card = Card(a_paper(title=title), (), None)
    assert clip(title, 300) in check(RENDER.page(listing([card]), "en"))


def test_many_tiny_cards_keep_their_looks() -> None:
    """Telegram shows the first 100 entities of a message only: no card lies beyond."""
    tiny = [Card(a_paper(number, "T"), (), TINY) for number in range(80)]
    parts = pages_of(tiny, "en")
    for part in parts:
        check(part.message)
    assert sum(part.cards for part in parts) == 80


@settings(deadline=None)
@given(topic=texts, place=texts, language=languages)
def test_what_a_reader_typed_is_never_markup(topic: str, place: str, language: str) -> None:
    """In answers and in errors alike."""
    check_answers(topic[:100], language)
    check(RENDER.error(UserError("usage-timezone", place=place), language))
    check(RENDER.error(UserError("topic-too-long", topic=topic * 40, limit=100), language))


def test_fifty_of_the_longest_topics_fit_in_a_message() -> None:
    """Two units each letter, as emoji have."""
    check_answers("🧪" * 100, "en")


def check_answers(topic: str, language: str) -> None:
    """Look at every answer that shows topics, with as many of them as a reader may have."""
    topics = (topic,) * Limits().topics
    reader = replace(a_subscriber(language=language), topics=topics)
    for name in ("topics", "settings", "welcome", "subscribed"):
        check(RENDER.say(name, reader, counts=dict.fromkeys(topics, 99999)))
    card = Card(a_paper(title=topic or "T"), ())
    trials = [Trial(topic=topic, days=30, lists=22, matched=9, listed=300, cards=(card,) * 3)] * 5
    check(RENDER.added(reader, topics, topics, trials, range(len(topics))))
    check(RENDER.added(reader, topics[:1], (), trials[:1], [2**31]))
    check(RENDER.narrowing(trials[0], 2**31, dict.fromkeys(Way, trials[0]), reader))
    check(RENDER.say("topics_removed", reader, removed=topics, missing=topics))
    check(RENDER.error(UserError("usage-remove", example=topic), language))
    check(RENDER.error(UserError("usage-remove-all", topics=topics), language))


@given(texts | long_texts, st.integers(4, 400))
def test_clipping(text: str, limit: int) -> None:
    """Never longer than asked for, and never half a character."""
    clipped = clip(text, limit)
    assert units(clipped) <= limit
    assert clipped == text or (clipped.endswith("…") and text.startswith(clipped[:-1]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fullest_paper_fits_in_a_message(language: str) -> None:
    """The longest of everything: the abstract is cut for it, nothing else."""
    long = "Ⅷ🧪" * 2000
    paper = a_paper(
        title=long,
        abstract=long,
        authors=(long,) * 30,
        organization=long,
        comments=2**31 - 1,
        upvotes=2**31 - 1,
    )
    bullets = tuple(Bullet(f"{long[:240]}.", section) for section in Section for _ in range(2))
    summary = replace(TINY, bullets=bullets, source=SummarySource.LLM, model=long, prompt="1", written_on=DAY)
    card = Card(paper, (long[:50],) * 9, summary)
    back = Press("list", ("d.99999", "30"))
    shown = check(RENDER.paper(card, language, back, other="pt-BR", awaited="pt-BR"))
    assert shown.count("…") >= 2
    check(RENDER.paper(card, language, None, other="pt-BR", awaited="pt-BR"))
