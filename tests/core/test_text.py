"""What is the same word: tables in three languages, and properties."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.text import fold, is_capitals, is_particle, read, sentences, spellings, visible, words

SAME = [
    ("Diffusion", "diffusion"),
    ("Poincaré", "poincare"),
    ("Ｄｉｆｆｕｓｉｏｎ", "diffusion"),
    ("e\u0301tude", "étude"),
    ("models", "model"),
    ("LLMs", "LLM"),
    ("studies", "study"),
    ("benches", "bench"),
    ("classes", "class"),
    ("matrices", "matrix"),
    ("analyses", "analysis"),
    ("optimisation", "optimization"),
    ("modelling", "modeling"),
    ("behaviour", "behavior"),
    ("tokeniser", "tokenizer"),
    ("analyse", "analyze"),
    ("β-VAE", "beta-VAE"),
    ("fine\u00adtuning", "finetuning"),
    ("GAN\u200bs", "GANs"),
    ("model's", "model"),
    ("확산 모델", "확산\u00a0모델"),
    ("\u1112\u116a\u11a8\u1109\u1161\u11ab", "확산"),
    ("ＡＩ", "AI"),
]
DIFFERENT = [
    ("world", "word"),
    ("RAG", "rage"),
    ("his", "hi"),
    ("bias", "bia ses"),
    ("C++", "C"),
    ("C#", "C"),
    ("bus", "bu"),
    ("확산", "확신"),
    ("模型", "模形"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_are_the_same(one: str, other: str) -> None:
    """Case, accents, width, plural, spelling, Greek letters, what can't be seen."""
    assert words(one) == words(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_these_are_different(one: str, other: str) -> None:
    """Folding goes no further."""
    assert words(one) != words(other)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("state-of-the-art LLMs", ("state", "of", "the", "art", "llm")),
        ("LLM을 위한 확산모델", ("llm", "을", "위한", "확산모델")),
        ("扩散模型 for AI", ("扩", "散", "模", "型", "for", "ai")),
        ("GPT-4o, 3DGS", ("gpt", "4o", "3dg")),
        ("... !?", ()),
        ("", ()),
    ],
)
def test_a_text_is_cut_into_words(text: str, cut: tuple[str, ...]) -> None:
    """At spaces, hyphens and a change of script; each Chinese character is a word."""
    assert words(text) == cut


@pytest.mark.parametrize(
    ("surface", "are"), [("SAM", True), ("LLMs", True), ("Sam", False), ("MoE", False), ("A", False)]
)
def test_capitals_are_told(surface: str, *, are: bool) -> None:
    """Abbreviations in capitals alone."""
    assert is_capitals(surface) is are


@pytest.mark.parametrize("rest", ["을", "은", "에서", "으로", "들의", ""])
def test_a_particle_ends_no_other_word(rest: str) -> None:
    """What Korean puts behind a noun."""
    assert is_particle(rest)


@pytest.mark.parametrize("rest", ["링", "기", "러"])
def test_other_syllables_make_another_word(rest: str) -> None:
    """모델 is not 모델링."""
    assert not is_particle(rest)


def test_british_and_american_begin_alike() -> None:
    """A prefix is looked for in both."""
    assert set(spellings("optimis")) == {"optimis", "optimiz"}
    assert spellings("quant") == ("quant",)


def test_a_name_does_not_end_a_sentence() -> None:
    """`et al.` and `e.g.` are within one."""
    text = "As Lee et al. (2024) show, e.g. Trees grow. They fall."
    assert sentences(text) == ["As Lee et al. (2024) show, e.g. Trees grow.", "They fall."]


@pytest.mark.parametrize("space", ["\x85", "\u00a0", "\u2009", "\u3000"])
def test_no_space_is_too_wide_for_sentences(space: str) -> None:
    """Before a full stop such a one made the library panic, and with it whoever was told of the paper."""
    assert sentences(f"A{space}. It grows.") == ["A .", "It grows."]
    assert sentences(f"Trees{space}grow. They fall.") == ["Trees grow.", "They fall."]


texts = st.text(max_size=60)


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    """Whatever is folded is in its last form."""
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_forms_of_unicode_do_not_matter(text: str) -> None:
    """Composed, decomposed and compatibility forms have the same words."""
    expected = words(unicodedata.normalize("NFC", text))
    assert words(unicodedata.normalize("NFD", text)) == expected


@given(texts)
def test_a_text_has_as_many_of_everything_as_it_has_words(text: str) -> None:
    """The tuples belong together."""
    cut = read(text)
    assert len(cut.surfaces) == len(cut.folded) == len(cut.keys) == len(cut.gaps) == len(cut.sentences)
    assert all(cut.keys)


@given(texts)
def test_nothing_invisible_is_left(text: str) -> None:
    """No direction mark, zero width or control character, and one line."""
    shown = visible(text)
    assert not any(unicodedata.category(c) == "Cc" for c in shown)
    assert "\u202e" not in shown
    assert "\n" not in shown


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_case_never_matters_for_one_word(word: str) -> None:
    """Not even in the one letter that case folding lengthens."""
    assert words(word) == words(word.title())
