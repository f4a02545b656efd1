"""The topic language: what is read, what is refused and how, and that it is written as it is read."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digestbot.core.query import MOST_NESTED, key, parse
from digestbot.core.terms import (
    All,
    Any,
    Author,
    Has,
    Near,
    Not,
    Organization,
    PaperId,
    Votes,
    Words,
)
from digestbot.errors import QueryError

READ = [
    ("diffusion models", Words("diffusion models")),
    ('"exact phrase"', Words("exact phrase", exact=True)),
    ("“exact phrase”", Words("exact phrase", exact=True)),
    ("quantiz*", Words("quantiz", prefix=True)),
    ("video AND generation", All((Words("video"), Words("generation")))),
    ("agents OR planning", Any((Words("agents"), Words("planning")))),
    ("robotics -survey", All((Words("robotics"), Not(Words("survey"))))),
    ("-survey robotics", All((Words("robotics"), Not(Words("survey"))))),
    ("robotics NOT survey", All((Words("robotics"), Not(Words("survey"))))),
    ("-survey", Not(Words("survey"))),
    ("(a1 OR b1) -c1", All((Any((Words("a1"), Words("b1"))), Not(Words("c1"))))),
    ("robot NEAR/3 planning", Near(Words("robot"), Words("planning"), 3)),
    ("robot NEAR planning", Near(Words("robot"), Words("planning"), 5)),
    ("title:agents", Words("agents", in_title=True)),
    ("title:(a1 OR b1)", Any((Words("a1", in_title=True), Words("b1", in_title=True)))),
    ('author:"Yann LeCun"', Author("Yann LeCun")),
    ("org:nvidia", Organization("nvidia")),
    ("HAS:Code", Has("code")),
    ("votes >= 20", Votes(">=", 20)),
    ("votes≥20", Votes(">=", 20)),
    ("id:https://arxiv.org/abs/2510.12586v2", PaperId("2510.12586")),
    ("and or not", Words("and or not")),
    ("a1 OR b1 AND c1", Any((Words("a1"), All((Words("b1"), Words("c1")))))),
    ("확산 모델", Words("확산 모델")),
    ("扩散模型", Words("扩散模型")),
    ("C++", Words("C++")),
    ("https://example.org", Words("https://example.org")),
    ("-(a1 OR b1)", Not(Any((Words("a1"), Words("b1"))))),
    ("--survey", Words("survey")),
    ("votes", Words("votes")),
]
REFUSED = [
    ("", "query-empty", 0),
    ("  ", "query-empty", 0),
    ("\u200b\u202e", "query-empty", 0),
    ("…!?", "query-no-word", 0),
    ("(agents", "query-unclosed-group", 0),
    ("agents)", "query-unopened-group", 6),
    ("agents ()", "query-empty-group", 7),
    ('an "agent', "query-unclosed-quote", 3),
    ('agents ""', "query-empty-quote", 7),
    ("AND", "query-missing-operand", 0),
    ("agents OR", "query-missing-operand", 7),
    ("OR agents", "query-missing-operand", 0),
    ("agents AND OR plans", "query-missing-operand", 11),
    ("agents OR -survey", "query-only-excludes", 0),
    ("q*", "query-prefix-short", 0),
    ("di*ff models", "query-star", 0),
    ("tite:agents", "query-unknown-field", 0),
    ("title:", "query-field-empty", 0),
    ("has:money", "query-bad-has", 4),
    ("id:nothing", "query-bad-id", 3),
    ("votes>=many", "query-bad-votes", 0),
    ("(a1 OR b1) NEAR/3 c1", "query-near-operand", 11),
    ("a1 NEAR/0 b1", "query-near-range", 3),
    ("a1 NEAR/999 b1", "query-near-range", 3),
    ("(" * (MOST_NESTED + 1) + "a1" + ")" * (MOST_NESTED + 1), "query-too-deep", MOST_NESTED),
    ("x" * 1001, "query-too-long", 1000),
]
HOSTILE = [
    "(" * 10_000,
    ")" * 10_000,
    "AND OR NOT NEAR",
    "AND " * 2_500,
    "-" * 10_000,
    '"' * 9_999,
    "'; DROP TABLE papers; --",
    "1' OR '1'='1",
    "<script>alert(1)</script>",
    "<b>&amp;</b>",
    "\u202eagents\u202c",
    "\u0000",
    "a\ud800b",
    "(?:a+)+$",
    "title:" * 150,
    "*" * 900,
    "NEAR/99999999999999999999",
    "votes>=" + "9" * 500,
    "𝕒𝕘𝕖𝕟𝕥",
    "🤖" * 300,
]


def refusal(text: str) -> QueryError | None:
    """Return why *text* is no topic."""
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


@pytest.mark.parametrize(("text", "root"), READ)
def test_a_topic_is_read(text: str, root: object) -> None:
    """As the grammar says."""
    assert parse(text).root == root


@pytest.mark.parametrize(("text", "error", "position"), REFUSED)
def test_a_topic_is_refused_with_its_place_and_an_example_that_can_be_parsed(
    text: str, error: str, position: int
) -> None:
    """The reader is told what, where, and how it would be right."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.id, caught.value.position) == (error, position)
    assert refusal(str(caught.value.values["example"])) is None


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("(agents OR planning", "(agents OR planning)"),
        ('an "agent', 'an "agent"'),
        ("agents OR", "agents "),
        ("agents)", "agents"),
        ("tite:agents", "tite agents"),
        ("di*ff models", "diff models"),
        ("dif* models", "dif models*"),
    ],
)
def test_the_example_is_the_topic_put_right(text: str, mended: str) -> None:
    """Where that is easy to guess."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.values["example"] == mended


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_topics_are_read_or_refused_in_a_moment(text: str) -> None:
    """Without a crash; what would take exponential time would not end. `make bench` measures the time."""
    error = refusal(text)
    assert error is None or refusal(str(error.values["example"])) is None


@pytest.mark.parametrize(
    ("text", "mutes"), [("-survey", True), ("-a1 -b1", True), ("a1 -b1", False), ("a1", False)]
)
def test_what_only_excludes_mutes(text: str, *, mutes: bool) -> None:
    """`-word` alone."""
    assert parse(text).mutes is mutes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Diffusion Models", "diffusion model"),
        ("fine-tuning", "fine tuning"),
        ("optimisation", "optimization"),
        ("robotics  -Survey", "robotics AND NOT survey"),
    ],
)
def test_the_same_topic_has_the_same_key(one: str, other: str) -> None:
    """So that nobody has it twice."""
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("SAM", "sam"), ('"models"', "models"), ("model*", "model")])
def test_what_asks_for_something_else_has_another_key(one: str, other: str) -> None:
    """Capitals, quotation marks and stars mean something."""
    assert key(one) != key(other)


word = st.sampled_from(
    [
        "agents",
        "video",
        "LLMs",
        "MoE",
        "확산",
        "모델",
        "扩散",
        "C++",
        "β-VAE",
        "3DGS",
        "and",
        "fine-tuning",
        "x1",
    ]
)
run = st.lists(word, min_size=1, max_size=3).map(" ".join)
words_ = st.one_of(
    run.map(Words),
    run.map(lambda text: Words(text, exact=True)),
    st.sampled_from(["quantiz", "diff", "large language"]).map(lambda text: Words(text, prefix=True)),
)
leaves = st.one_of(
    words_,
    words_.map(lambda asked: Words(asked.text, exact=asked.exact, prefix=asked.prefix, in_title=True)),
    st.sampled_from(["Yann LeCun", "lecun", "Y. LeCun", "NOT"]).map(Author),
    st.sampled_from(["nvidia", "Naver AI"]).map(Organization),
    st.sampled_from(["code", "project", "video"]).map(Has),
    st.builds(Votes, st.sampled_from([">=", "<=", ">", "<", "="]), st.integers(0, 999)),
    st.just(PaperId("2510.12586")),
    st.builds(Near, words_, words_, st.integers(1, 50)),
)
nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


@given(nodes)
@example(Not(All((Words("a1"), Words("b1")))))
def test_what_is_written_is_read_as_the_same(node: object) -> None:
    """Parse, print, parse: whatever tree the text was made of, the second reading equals the first."""
    text = node.write()  # type: ignore[attr-defined]
    error = refusal(text)
    if error:
        assert error.id in {"query-only-excludes", "query-too-long"}
        return
    first = parse(text)
    assert parse(str(first)) == first
    assert str(parse(str(first))) == str(first)


@given(st.text(max_size=80))
@example('title:("a" OR -b)')
@example("a NEAR/3 b NEAR/2 c")
@example("-(a b)")
def test_whatever_is_read_is_written_as_it_is_read(text: str) -> None:
    """Any text is refused with an example that can be parsed, or survives the round trip."""
    _survives(text)


OPERATORS = (" ", '"', "(", ")", "-", "*", "AND", "OR", "NOT", "NEAR/3", "NEAR", "title:", "author:", "has:")
VALUES = ("code", "votes>=", "5", "id:", "2510.12586", "agents", "rag", "확산")
alphabet = st.sampled_from(OPERATORS + VALUES)


@given(st.lists(alphabet, max_size=12).map(" ".join) | st.lists(alphabet, max_size=12).map("".join))
def test_any_heap_of_operators_is_read_or_refused(text: str) -> None:
    """The grammar's own pieces in any order; what is read survives the round trip."""
    _survives(text)


def _survives(text: str) -> None:
    error = refusal(text)
    if error:
        assert 0 <= error.position <= len(text)
        assert refusal(str(error.values["example"])) is None
    else:
        assert parse(str(parse(text))) == parse(text)
