"""Telegram's HTML: what it reads, what it refuses, and how it counts."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.playground.entities import clean, part, tidy, utf16_length
from digestbot.playground.rules import MAX_ENTITIES, RefusalError
from digestbot.playground.tags import parse_html

LETTERS = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
)
TEXTS = st.text(LETTERS)
TAGS = st.sampled_from(["b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler"])


@pytest.mark.parametrize(
    ("html", "text", "kinds"),
    [
        ("<b>bold</b> <strong>too</strong>", "bold too", ["bold", "bold"]),
        ("<B>any case</B>", "any case", ["bold"]),
        ('<span class="tg-spoiler">x</span>', "x", ["spoiler"]),
        ("<blockquote expandable>q</blockquote>", "q", ["expandable_blockquote"]),
        ("<blockquote>q</blockquote>", "q", ["blockquote"]),
        ('<pre><code class="language-py">x = 1</code></pre>', "x = 1", ["pre"]),
        ('<a href="https://arxiv.org/abs/1?a=1&amp;b=2">p</a>', "p", ["text_link"]),
        ('<a href="tg://user?id=5">Ann</a>', "Ann", ["text_mention"]),
        ('<a href="nowhere">plain</a>', "plain", []),
        ('<tg-emoji emoji-id="53">👍</tg-emoji>', "👍", ["custom_emoji"]),
        ("<b></b>nothing", "nothing", []),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;&#33;&#x21;", '1 < 2 && 3 > 2 "!!', []),
        ("&nbsp;&copy; &unknown;", "&nbsp;&copy; &unknown;", []),
        ("<b>bold <i>both</i></b>", "bold both", ["bold", "italic"]),
        ("<code>no <b>bold</b> here</code>", "no bold here", ["code"]),
        ("  \n<b> space </b>\n ", "space", ["bold"]),
    ],
)
def test_reads_what_telegram_reads(html, text, kinds):
    """Each tag gives its entity; what Telegram leaves as text stays text."""
    words, entities = tidy(*parse_html(html))
    assert words == text.strip() or words.strip() == text
    assert [entity.type for entity in entities] == kinds


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("한 <br>", 'Unsupported start tag "br" at byte offset 4'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ("<a href=https://x.org>y</a>", "Unexpected end of name token at byte offset 8"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    ],
)
def test_refuses_in_telegrams_words(html, error):
    """Broken markup is a 400 that names the byte."""
    with pytest.raises(RefusalError) as refusal:
        parse_html(html)
    assert refusal.value.description == f"Bad Request: can't parse entities: {error}"


@given(TEXTS)
def test_escaped_text_comes_back_as_it_was(text):
    """What a bot escapes is what the reader reads."""
    assert parse_html(escape(text)) == (text, [])


@given(st.lists(st.tuples(TAGS, TEXTS, TEXTS)))
def test_entities_lie_inside_the_text_and_count_utf16(parts):
    """Offsets count UTF-16 units: each entity covers just the words between its tags."""
    html = "".join(f"{escape(before)}<{tag}>{escape(inner)}</{tag}>" for tag, before, inner in parts)
    text, entities = parse_html(html)
    assert [part(text, entity) for entity in entities] == [inner for _, _, inner in parts if inner]
    words, kept = tidy(text, entities)
    assert all(0 <= entity.offset < entity.end <= utf16_length(words) for entity in kept)
    assert list(kept) == sorted(kept, key=lambda entity: (entity.offset, -entity.length))


@given(st.text(st.sampled_from('<>/&;#x"= abi한👍\n'), max_size=40))
def test_any_text_is_read_or_refused(html):
    """No text makes the reader stumble: it is read, or refused as Telegram would."""
    try:
        text, entities = parse_html(html)
    except RefusalError as refusal:
        text, entities = refusal.description.removeprefix("Bad Request: can't parse entities: "), []
        is_explained = text != refusal.description
    else:
        is_explained = all(entity.end <= utf16_length(text) for entity in entities)
    assert is_explained


def test_only_a_hundred_entities_are_kept():
    """Telegram silently drops what is beyond the hundredth."""
    _, entities = tidy(*parse_html("<b>x</b> " * 150))
    assert len(entities) == MAX_ENTITIES


def test_finds_links_commands_and_tags_by_itself():
    """Addresses, commands, names and hashtags need no markup, but not inside code."""
    text, entities = tidy(clean("/top@digest_bot 5 see https://arxiv.org/abs/1, #AI @someone a@b.org"), ())
    found = [(entity.type, part(text, entity)) for entity in entities]
    assert found == [
        ("bot_command", "/top@digest_bot"),
        ("url", "https://arxiv.org/abs/1"),
        ("hashtag", "#AI"),
        ("mention", "@someone"),
        ("email", "a@b.org"),
    ]
    assert [e.type for e in tidy(*parse_html("<code>/top #AI</code>"))[1]] == ["code"]
