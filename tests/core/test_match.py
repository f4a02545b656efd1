"""What a topic finds in a paper and what it does not; why; and in which order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.digest import select
from digestbot.core.match import Match, Matcher
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.rank import ENOUGH, NO_VOTES, Weights, by_votes, explain, order
from digestbot.core.relevance import Relevance
from digestbot.core.sheet import Place
from digestbot.core.text import words
from digestbot.vocabulary import load_synonyms
from tests.builders import DAY, a_paper

RULES = Rules(load_synonyms())
SYNONYMS = RULES.synonyms

FOUND = [
    # English: folding
    ("diffusion models", "Video Diffusion Model"),
    ("fine-tuning", "Finetuning Giants"),
    ("finetuning", "Fine Tuning Giants"),
    ("fine tuning", "Fine-Tuned? No: Fine-Tuning"),
    ("optimisation", "Optimization at Scale"),
    ("optimization", "Optimisation at Scale"),
    ("Poincare", "Poincaré Embeddings"),
    ("diffusion", "Ｄｉｆｆｕｓｉｏｎ"),
    ("β-VAE", "Beta-VAE Revisited"),
    ("gpt4", "Asking GPT-4"),
    ("gpt 4", "Asking GPT4"),
    ("agent", "Agents that Plan"),
    ("mixture of experts", "Mixture-of-Experts Layers"),
    # English: abbreviations, both ways, and a paper's own
    ("large language model", "LLMs Learn"),
    ("LLM", "Large Language Models Learn"),
    ("MoE", "A Mixture of Experts"),
    ("retrieval-augmented generation", "RAG for Law"),
    ("small graph walks", "Small Graph Walk (SGW): what an SGW sees"),
    # English: shared words
    ("image generation", "Image and Video Generation"),
    ("image editing", "Image Generation and Editing"),
    # English: operators
    ("sam", "Sam Sings"),
    ("sam", "SAM Segments"),
    ("SAM", "SAM Segments"),
    ('"world model"', "The World Model"),
    ("quantiz*", "Quantized Nets"),
    ("quantiz*", "Quantisation of Nets"),
    ("large lang*", "Large Languages"),
    ("robot NEAR/2 planning", "Planning for a Robot"),
    ("title:maps", "Maps"),
    # Korean
    ("확산 모델", "Diffusion Models at Night"),
    ("확산모델", "확산 모델의 이해"),
    ("확산 모델", "확산모델을 위한 가이드"),
    ("강화학습", "강화 학습으로 걷기"),
    ("강화학습", "Reinforcement Learning to Walk"),
    ("reinforcement learning", "강화학습은 어렵다"),
    ("대규모 언어 모델", "LLM에서 배우기"),
    ("LLM", "LLM을 위한 데이터"),
    ("언어 모델", "언어 모델들은"),
    ("확산", "Heat Diffusion"),
    ("이미지", "What Images Hide"),
    ("이미지 확산", "Image Diffusion in a Minute"),
    ("이미지 생성 모델", "Image Generation Models"),
    # Chinese: no spaces, so a term is found wherever its characters stand
    ("扩散模型", "基于扩散模型的图像生成"),
    ("图像生成", "基于扩散模型的图像生成"),
    # Japanese and Chinese: in English, whole or term after term
    ("拡散モデル", "Diffusion Models at Night"),
    ("扩散模型", "Diffusion Models at Night"),
    ("強化学習", "RL for Robots"),
    ("强化学习", "Reinforcement Learning to Walk"),
    ("大規模言語モデル", "Large Language Models Learn"),
    ("大模型", "LLMs Learn"),
    ("エージェント OR 動画生成", "Agents that Plan"),
    ("エージェント AND 動画生成", "Agents for Video Generation"),
    ("title:智能体", "Agents that Plan"),
    ("エージェント -サーベイ", "Agents that Plan"),
    ("動画生成モデル", "A Video Generation Model"),
    ("大模型推理", "Large Language Model Inference"),
    ("LLM推論", "LLM Reasoning"),
    ("大規模言語モデル エージェント 推論", "Large Language Model Agent Inference"),
    ("ｴｰｼﾞｪﾝﾄ", "Agents that Plan"),
]
NOT_FOUND = [
    ("rag", "Fragments of Storage"),
    ("rl", "The World Curls"),
    ("sam", "The Same Sample"),
    ("SAM", "Sam Sings"),
    ("agent", "Agentic Workflows"),
    ("art", "State-of-the-Arthritis"),
    ('"world model"', "World Models"),
    ("diffusion models", "Models of Diffusion"),
    ("image generation", "An image. Generation of heat"),
    ("image generation", "image, generation"),
    ("moe", "Moebius Strips"),
    ("C++", "C for Everyone"),
    ("graph", "Graphic Novels"),
    ("robot NEAR/1 planning", "A Robot that is never planning"),
    ("모델", "모델링 기법"),
    ("확산", "확신의 문제"),
    ("확산 모델", "Models of Diffusion"),
    ("이미지 확산", "Images of Heat Diffusion"),
    ("모형", "모델"),
    ("扩散模型", "扩散的模型"),
    ("拡散モデル", "Models of Diffusion"),
    ("拡散モデルによる画像生成", "Diffusion Models"),
    ("エージェント AND 動画生成", "Agents that Plan"),
    ("エージェント -サーベイ", "Agents: A Survey"),
    ("title:maps", "Charts"),
    ("video AND generation", "Video"),
    ("robotics -survey", "Robotics: A Survey"),
]


def brings(topic: str, paper: Paper) -> bool:
    """Tell whether *topic* brings *paper*."""
    return bool(Matcher([topic], SYNONYMS).match([paper]))


@pytest.mark.parametrize(("topic", "title"), FOUND)
def test_a_topic_finds_what_was_meant(topic: str, title: str) -> None:
    """In any spelling, in English, Korean, Japanese and Chinese."""
    assert brings(topic, a_paper(title=title, abstract=""))


@pytest.mark.parametrize(("topic", "title"), NOT_FOUND)
def test_a_topic_does_not_find_what_only_looks_like_it(topic: str, title: str) -> None:
    """No part of a word, nothing across a comma."""
    assert not brings(topic, a_paper(title=title, abstract=""))


@pytest.mark.parametrize("title", ["拡散モデル入門", "扩散模型"])
def test_nothing_is_looked_for_in_japanese_or_chinese_but_what_was_asked_so(title: str) -> None:
    """Papers are in English: who asks in it, or in Korean, has no use for them, nor the computer."""
    assert not brings("diffusion models", a_paper(title=title, abstract=""))
    assert not brings("확산 모델", a_paper(title=title, abstract=""))


PAPER = a_paper(
    title="A Title",
    abstract="An abstract.",
    authors=("Yann LeCun", "Ana María Núñez", "Y. Bengio"),
    organization="NVIDIA Research",
    upvotes=20,
    code_url="https://github.com/a/b",
    media=("https://example.org/a.mp4?x=1",),
)


@pytest.mark.parametrize(
    ("topic", "holds"),
    [
        ('author:"Yann LeCun"', True),
        ('author:"Y. LeCun"', True),
        ("author:LeCun", True),
        ("author:lecun", True),
        ('author:"Yoshua Bengio"', True),
        ('author:"X. LeCun"', False),
        ("author:Cun", False),
        ("author:Nunez", True),
        ('author:"Ana Núñez"', True),
        ("org:nvidia", True),
        ('org:"NVIDIA Research"', True),
        ("org:nvi", False),
        ("has:code", True),
        ("has:project", False),
        ("has:video", True),
        ("votes>=20", True),
        ("votes>20", False),
        ("votes<=20", True),
        ("votes=19", False),
        ("id:2510.00001", True),
        ("id:2510.00002", False),
        ("title:abstract", False),
        ("title AND abstract", True),
        ("has:code votes>=5", True),
        ("has:code -author:lecun", False),
    ],
)
def test_fields_ask_for_what_a_paper_is(topic: str, *, holds: bool) -> None:
    """Initials and accents are folded, whole names are needed."""
    assert brings(topic, PAPER) is holds


def test_what_a_paper_means_by_an_abbreviation_counts() -> None:
    """Where TTS is test-time scaling, text-to-speech is not found."""
    paper = a_paper(title="Test-Time Scaling (TTS)", abstract="We study TTS. Our TTS is fast.")
    assert not brings("text-to-speech", paper)
    assert brings("test-time scaling", paper)


def test_keywords_are_searched_too() -> None:
    """Where the source gives them."""
    assert brings("optical flow", a_paper(ai_keywords=("optical flow", "depth")))
    assert not brings("flow depth", a_paper(ai_keywords=("optical flow", "depth")))


lexicon = st.sampled_from(
    [
        "agent",
        "agents",
        "video",
        "diffusion",
        "model",
        "world",
        "LLM",
        "RAG",
        "fine-tuning",
        "and",
        "확산",
        "모델을",
        "扩散",
        "模型",
    ]
)
titles = st.lists(lexicon, min_size=1, max_size=6).map(" ".join)
topics = st.one_of(
    st.lists(lexicon, min_size=1, max_size=2).map(" ".join).filter(lambda text: text != "and"),
    st.sampled_from(
        ['"world model"', "diff*", "agent -video", "-video", "LLM OR RAG", "has:code", "votes>=1"]
    ),
)


@given(st.lists(titles, min_size=1, max_size=3), st.lists(topics, min_size=1, max_size=5, unique=True))
def test_many_topics_at_once_find_what_each_finds_alone(texts: list[str], asked: list[str]) -> None:
    """One pass for all of them loses and invents nothing."""
    papers = [a_paper(number, text) for number, text in enumerate(texts)]
    together = {
        (paper_id, match.topic, match.mutes)
        for paper_id, matches in Matcher(asked, SYNONYMS).match(papers).items()
        for match in matches
    }
    alone = {
        (paper_id, match.topic, match.mutes)
        for topic in asked
        for paper_id, matches in Matcher([topic], SYNONYMS).match(papers).items()
        for match in matches
    }
    assert together == alone


@given(st.sampled_from(["rag", "rl", "sam", "ppo", "gan", "moe", "vla", "확산", "모델"]), titles)
def test_what_is_found_stands_there_as_words(topic: str, title: str) -> None:
    """Each finding's words are words of the paper, and those of the topic or of one of its synonyms."""
    for matches in Matcher([topic], SYNONYMS).match([a_paper(title=title, abstract="")]).values():
        for finding in matches[0].findings:
            assert set(words(finding.text)) <= set(words(title))


@given(st.text("abcdefghij", min_size=2, max_size=6), st.text("abcdefghij", min_size=1, max_size=4))
def test_a_word_is_never_found_within_another(word: str, more: str) -> None:
    """English letters before or behind make it another word."""
    assert brings(f'"{word}"', a_paper(title=f"The {word}, alone", abstract=""))
    assert not brings(f'"{word}"', a_paper(title=f"The {word}{more}k", abstract=""))
    assert not brings(f'"{word}"', a_paper(title=f"The k{more}{word}", abstract=""))


@given(
    st.text("가나다라마바사", min_size=2, max_size=4), st.sampled_from(["을", "은", "에서", "와", "의", ""])
)
def test_korean_carries_particles(word: str, particle: str) -> None:
    """And nothing else: no word is found that begins within another."""
    assert brings(word, a_paper(title=f"그 {word}{particle} 것", abstract=""))
    assert not brings(word, a_paper(title=f"그 킹{word}{particle} 것", abstract=""))


@given(st.text("扩散模型图像生成", min_size=2, max_size=4), st.text("数据集法", max_size=3))
def test_chinese_needs_no_spaces(term: str, around: str) -> None:
    """A term stands wherever its characters stand in a row."""
    assert brings(f'"{term}"', a_paper(title=f"{around}{term}{around}", abstract=""))
    assert not brings(f'"{term}"', a_paper(title="、".join(term), abstract=""))


@given(
    st.sampled_from(["fine-tuning", "text to image", "state of the art", "zero shot"]),
    st.sampled_from(["-", " ", ""]),
)
def test_a_compound_may_be_parted_or_joined(term: str, part: str) -> None:
    """Hyphen, blank or nothing."""
    written = part.join(term.replace("-", " ").split())
    assert brings(term, a_paper(title=f"On {written} today", abstract=""))


def test_a_match_tells_what_was_found_and_where() -> None:
    """As the paper writes it, and how often."""
    paper = a_paper(title="Diffusion Models", abstract="A diffusion model is one of many diffusion models.")
    (told,) = Matcher(["diffusion models"], SYNONYMS).match([paper])[paper.id]
    found = {(finding.text, finding.place, finding.count) for finding in told.findings}
    assert found == {
        ("Diffusion Models", Place.TITLE, 1),
        ("diffusion model", Place.ABSTRACT, 1),
        ("diffusion models", Place.ABSTRACT, 1),
    }


def test_the_title_counts_more_than_the_abstract_and_the_abstract_more_than_keywords() -> None:
    """All else being the same."""
    filler = "Something is shown. We show it well. " * 3
    papers = [
        a_paper(1, "On agents", abstract=filler),
        a_paper(2, "On it", abstract=filler + "On agents."),
        a_paper(3, "On it", abstract=filler, ai_keywords=("agents at sea",)),
    ]
    matches = Matcher(["agents"], SYNONYMS).match(papers)
    scores = [matches[paper.id][0].score for paper in papers]
    assert scores[0] > scores[1] > scores[2]


def test_a_rare_word_counts_more_than_a_usual_one() -> None:
    """Of two topics in the same place."""
    papers = [a_paper(number, f"On model number {number}") for number in range(2, 60)]
    postings = Postings([*papers, a_paper(1, "On model xenon")], RULES, ["xenon", "model"])
    rare, usual = postings.matches(a_paper(1).id, ["model", "xenon"])
    assert (rare.topic, usual.topic) == ("xenon", "model")
    assert rare.score > usual.score


def test_votes_decide_between_equals_and_lose_weight_with_age() -> None:
    """More upvotes first; years later they hardly count."""
    few, many = a_paper(1, "Agents", upvotes=1), a_paper(2, "Agents", upvotes=100)
    matches = Matcher(["agents"], SYNONYMS).match([few, many])
    assert order([few, many], matches, Weights()) == [many, few]
    now = explain(many, matches[many.id], DAY, Weights())
    later = explain(many, matches[many.id], DAY + timedelta(days=365), Weights())
    assert now["relevance"] == later["relevance"]
    assert now["votes"] > 100 * later["votes"]
    assert now["freshness"] > later["freshness"]
    assert explain(many, matches[many.id], DAY, NO_VOTES)["votes"] == 0


def test_ties_are_broken_by_votes_then_listing_then_id() -> None:
    """The same everywhere, whatever order the papers came in."""
    papers = [
        a_paper(4, upvotes=2),
        a_paper(3, upvotes=1, listed_on=DAY + timedelta(days=1)),
        a_paper(2, upvotes=1),
        a_paper(1, upvotes=1),
    ]
    assert by_votes(reversed(papers)) == papers
    some = {paper.id: [Match("x", 0.5)] for paper in papers}
    assert order(reversed(papers), some, NO_VOTES) == papers


def test_the_weights_are_settings() -> None:
    """With another weight the order is another."""
    titled = a_paper(1, "Agents", abstract="On something else, at length, and well.")
    often = a_paper(2, "On it", abstract="Agents. Agents meet agents. Agents see agents, and agents.")
    usual, bent = Matcher(["agents"], SYNONYMS), Matcher(["agents"], SYNONYMS, weights=Relevance(title=20.0))
    assert order([titled, often], usual.match([titled, often]), NO_VOTES)[0] == often
    assert order([titled, often], bent.match([titled, often]), NO_VOTES)[0] == titled


# Which papers a reader is shown.


def picked(papers: list[Paper], *asked: str) -> list[str]:
    """Return the ids of the papers that the topics bring, best first."""
    return [pick.paper_id for pick in select(Postings(papers, RULES, asked), asked)]


PAPERS = [
    a_paper(1, "Diffusion for Video", upvotes=5),
    a_paper(2, "Agents", upvotes=9),
    a_paper(3, "Video Agents", upvotes=7),
    a_paper(4, "Something Else", upvotes=99),
]


def test_without_topics_the_votes_decide() -> None:
    """All papers, the most upvotes first."""
    assert picked(PAPERS) == ["2510.00004", "2510.00002", "2510.00003", "2510.00001"]


def test_topics_bring_their_papers_and_muted_words_hide_them() -> None:
    """A muted word wins over any topic."""
    assert set(picked(PAPERS, "agents")) == {"2510.00002", "2510.00003"}
    assert picked(PAPERS, "agents", "-video") == ["2510.00002"]
    assert picked(PAPERS, "-video") == ["2510.00004", "2510.00002"]
    assert picked(PAPERS, "nothing at all") == []


def test_two_topics_weigh_more_than_one() -> None:
    """And both are told, the better reason first."""
    picks = select(Postings(PAPERS, RULES, ["agents", "video"]), ("agents", "video"))
    assert picks[0].paper_id == "2510.00003"
    assert set(picks[0].topics) == {"agents", "video"}


def test_only_some_of_the_papers_may_be_asked_for() -> None:
    """A set of papers is the bits of a number."""
    postings = Postings(PAPERS, RULES, ["agents"])
    some = sum(1 << place for place, paper in enumerate(postings.papers) if paper.id != "2510.00002")
    assert [pick.paper_id for pick in select(postings, ("agents",), some)] == ["2510.00003"]
    assert len(select(postings, (), some)) == 3


def test_weak_matches_are_left_out_once_there_are_enough() -> None:
    """The twentieth still comes, and each that is not weak."""
    long = "There is much else here. " * 60
    papers = [a_paper(number, "On it", abstract=long, ai_keywords=("no agents",)) for number in range(30)]
    assert all(match.is_weak for found in Matcher(["agents"]).match(papers).values() for match in found)
    assert len(picked(papers, "agents")) == ENOUGH
    strong = [replace(paper, title="Agents") for paper in papers]
    assert len(picked(strong, "agents")) == 30


@given(
    st.lists(st.tuples(titles, st.integers(0, 9)), max_size=6),
    st.lists(topics, max_size=4, unique=True),
    st.lists(topics, max_size=4, unique=True),
)
def test_postings_bring_what_the_matcher_finds(
    given_: list[tuple[str, int]], asked: list[str], others: list[str]
) -> None:
    """Whoever asked before: a paper comes if a topic of mine holds and none of mine mutes it."""
    papers = [a_paper(number, title, upvotes=votes) for number, (title, votes) in enumerate(given_)]
    postings = Postings(papers, RULES, others)
    postings.look_for(asked)
    found = Matcher(asked, SYNONYMS).match(papers)
    expected = {
        paper_id
        for paper_id, matches in found.items()
        if any(not match.mutes for match in matches) and not any(match.mutes for match in matches)
    }
    assert {paper.id for paper in postings.of(postings.brought(asked))} == expected


def test_what_was_searched_before_is_searched_the_same_again() -> None:
    """Each topic by itself, by words as they are written and by their keys, in turn."""
    paper = a_paper(1, "Modelling Worlds and Planners")
    postings = Postings([paper], RULES)
    for topic in ["planner", '"worlds"', "model world", '"world"', "world*", "modelling planners", "agents"]:
        postings.look_for([topic])
        found = Postings([paper], RULES, [topic])
        assert postings.matches(paper.id, [topic]) == found.matches(paper.id, [topic])
    assert postings.brought(['"worlds"'])
    assert not postings.brought(['"world"'])
