"""What readers type after a command."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core import days, wishes
from digestbot.core.digest import MINE, ViewKind, read_view
from digestbot.core.subscriber import EVERY_DAY, WEEKDAYS
from digestbot.core.summary import Style
from digestbot.errors import UserError


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("08:30", time(8, 30)),
        ("8", time(8)),
        ("8:30", time(8, 30)),
        ("8.30", time(8, 30)),
        ("8h30", time(8, 30)),
        ("8 am", time(8)),
        ("8:30 PM", time(20, 30)),
        ("12 am", time(0)),
        ("12pm", time(12)),
        ("8시", time(8)),
        ("8시 30분", time(8, 30)),
        ("8시 5분", time(8, 5)),
        ("오전 8시 반", time(8, 30)),
        ("오후 8시 30분", time(20, 30)),
        ("０８：３０", time(8, 30)),
        ("８：３０", time(8, 30)),
        ("8時", time(8)),
        ("８時３０分", time(8, 30)),
        ("8時5分", time(8, 5)),
        ("午前8時半", time(8, 30)),
        ("午後 8:30", time(20, 30)),
        ("午前0時", time(0)),
        ("午後0時15分", time(12, 15)),
        ("8点", time(8)),
        ("8点钟", time(8)),
        ("早上8点半", time(8, 30)),
        ("下午8点30分", time(20, 30)),
        ("晚上9点", time(21)),
        ("晚上八点半", time(20, 30)),
        ("上午十一点三十分", time(11, 30)),
        ("凌晨两点", time(2)),
        ("中午12点", time(12)),
        ("中午11点", time(11)),
        ("아침 8시", time(8)),
        ("저녁 7시 반", time(19, 30)),
        ("밤 11시", time(23)),
        ("밤 12시", time(0)),
        ("밤 1시", time(1)),
        ("낮 2시", time(14)),
        ("오후 여덟 시", time(20)),
        ("열두시", time(12)),
        ("朝八時半", time(8, 30)),
        ("夜10時", time(22)),
        ("昼12時", time(12)),
        ("晚上12点", time(0)),
        ("८", time(8)),
        ("0830", time(8, 30)),
        ("830", time(8, 30)),
        ("2030", time(20, 30)),
        ("8 30", time(8, 30)),
        ("8am", time(8)),
        ("8:30 a.m.", time(8, 30)),
        ("20:30h", time(20, 30)),
        ("8 o’clock", time(8)),
        ("at 8", time(8)),
        ("every day at 8 pm", time(20)),
        ("8 in the morning", time(8)),
        ("7:30 in the evening", time(19, 30)),
        ("noon", time(12)),
        ("12 noon", time(12)),
        ("midnight", time(0)),
        ("24:00", time(0)),
        ("2400", time(0)),
        ("정오", time(12)),
        ("자정", time(0)),
        ("24시", time(0)),
        ("오전 8시", time(8)),
        ("오전 8시에", time(8)),
        ("매일 8시", time(8)),
        ("正午", time(12)),
        ("午前8時", time(8)),
        ("午前8時に", time(8)),
        ("朝の8時", time(8)),
        ("深夜0時", time(0)),
        ("毎日8時", time(8)),
        ("中午", time(12)),
        ("早8点", time(8)),
        ("晚8点", time(20)),
        ("夜里11点", time(23)),
        ("早上8点", time(8)),
        ("下午3点一刻", time(15, 15)),
        ("8点三刻", time(8, 45)),
        ("每天8点", time(8)),
        ("\u200e08:30\u200f", time(8, 30)),
    ],
)
def test_a_clock(text: str, means: time) -> None:
    """As people write a time of day."""
    assert wishes.clock(text) == means


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24:01",
        "860",
        "12345",
        "8:60",
        "25",
        "13 pm",
        "0 am",
        "8 noon",
        "morning",
        "아침",
        "evening",
        "朝",
        "早上",
        "8 UTC",
        "8:30:00",
        "-8",
        "🕗",
        "午後8時 pm",
        "下午13点",
        "여덟 시간",
        "八",
        "十十点",
    ],
)
def test_no_clock(text: str) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-time"):
        wishes.clock(text)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("mon-fri", WEEKDAYS),
        ("Mon – Fri", WEEKDAYS),
        ("weekdays", WEEKDAYS),
        ("weekend", (5, 6)),
        ("weekday", WEEKDAYS),
        ("평일", WEEKDAYS),
        ("all", EVERY_DAY),
        ("매일", EVERY_DAY),
        ("sat,sun", (5, 6)),
        ("sun mon", (0, 6)),
        ("fri-mon", (0, 4, 5, 6)),
        ("월, 수, 금", (0, 2, 4)),
        ("화~목", (1, 2, 3)),
        ("월요일부터 금요일까지", WEEKDAYS),
        ("월수금", (0, 2, 4)),
        ("月・水・金", (0, 2, 4)),
        ("月水金", (0, 2, 4)),
        ("月～金", WEEKDAYS),
        ("月〜金", WEEKDAYS),
        ("月曜日から金曜日まで", WEEKDAYS),
        ("土日", (5, 6)),
        ("平日", WEEKDAYS),
        ("毎日", EVERY_DAY),
        ("週末", (5, 6)),
        ("周一、周三，周五", (0, 2, 4)),
        ("周一至周五", WEEKDAYS),
        ("星期一到星期五", WEEKDAYS),
        ("星期天", (6,)),
        ("工作日", WEEKDAYS),
        ("每天", EVERY_DAY),
        ("周末", (5, 6)),
        ("monday", (0,)),
        ("tue,tue", (1,)),
        ("mon, wed, and fri", (0, 2, 4)),
        ("Mondays & Fridays", (0, 4)),
        ("mon to fri", WEEKDAYS),
        ("everyday", EVERY_DAY),
        ("월요일과 금요일", (0, 4)),
        ("화와 목", (1, 3)),
        ("월, 수 그리고 금", (0, 2, 4)),
        ("주중", WEEKDAYS),
        ("月曜と金曜", (0, 4)),
        ("周一和周五", (0, 4)),
        ("周一三五", (0, 2, 4)),
        ("星期二四和周六", (1, 3, 5)),
        ("周一到五", WEEKDAYS),
        ("星期一至五", WEEKDAYS),
    ],
)
def test_days(text: str, means: tuple[int, ...]) -> None:
    """As people write days of the week."""
    assert wishes.weekdays(text) == means


@pytest.mark.parametrize(
    "text",
    [
        *("", "someday", "mon-", "-", "1-5", "mon-xyz", ",,,", "月x", "から"),
        *("周一到", "周八", "周一到八", "s", "and"),
    ],
)
def test_no_days(text: str) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-days"):
        wishes.weekdays(text)


@pytest.mark.parametrize(
    ("words", "view"),
    [
        ([], "t1.5"),
        (["10"], "t1.10"),
        (["week"], "t7.5"),
        (["3", "month"], "t30.3"),
        (["month", "3"], "t30.3"),
        (["주간"], "t7.5"),
        (["30", "DAY"], "t1.30"),
        (["１０", "週間"], "t7.10"),
        (["今月"], "t30.5"),
        (["10", "周"], "t7.10"),
        (["本月"], "t30.5"),
        (["今天", "3"], "t1.3"),
        (["this", "week"], "t7.5"),
        (["10", "this", "month"], "t30.10"),
        (["weekly"], "t7.5"),
        (["7", "days"], "t7.5"),
        (["30", "days", "3"], "t30.3"),
        (["week", "10", "papers"], "t7.10"),
        (["이번주"], "t7.5"),
        (["이번", "주", "10개"], "t7.10"),
        (["이번", "달"], "t30.5"),
        (["일주일"], "t7.5"),
        (["1주일"], "t7.5"),
        (["최근", "한", "달"], "t30.5"),
        (["오늘", "논문", "3편"], "t1.3"),
        (["今週の論文"], "t7.5"),
        (["今週", "10本"], "t7.10"),
        (["1週間"], "t7.5"),
        (["1か月"], "t30.5"),
        (["今日"], "t1.5"),
        (["这周"], "t7.5"),
        (["这个星期", "10篇"], "t7.10"),
        (["最近一周"], "t7.5"),
        (["这个月"], "t30.5"),
        (["今天10篇"], "t1.10"),
        (["3", "all"], "t1.3"),
        (["이번", "주", "전체"], "t7.5"),
        (["すべての論文"], "t1.5"),
        (["本月", "全部"], "t30.5"),
    ],
)
def test_top(words: list[str], view: str) -> None:
    """How many, and of which time; in any order."""
    assert str(wishes.top(words)) == view
    assert str(read_view(view)) == view


@pytest.mark.parametrize(
    "words",
    [
        *(["0"], ["31"], ["99999"], ["year"], ["5", "week", "now"], ["-5"], ["5.5"], ["5", "6"]),
        *(["week", "month"], ["week", "this", "week"], ["weekend"], ["2", "weeks"], ["last", "week"]),
        *(["5월"], ["2주"], ["5月"], ["2周"], ["지난주"], ["先週"], ["上周"], ["mine", "my"]),
        *(["mine", "all"], ["all", "all"]),
    ],
)
def test_no_top(words: list[str]) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-top"):
        wishes.top(words)


@pytest.mark.parametrize(
    "mine", ["mine", "my topics", "내", "내 주제", "自分", "マイトピック", "我的", "我的主题"]
)
def test_my_top(mine: str) -> None:
    """Of my topics only."""
    assert wishes.top(["3", *mine.split(), "week"]).kind == MINE[ViewKind.TOP_WEEK]


@pytest.mark.parametrize("word", ["all", "전체", "すべて", "全部", "所有"])
def test_everything(word: str) -> None:
    """All papers of today, and all categories."""
    assert wishes.today([word])
    assert wishes.sources(word, (), ("cs.CL", "cs.CV")) == ("cs.CL", "cs.CV")


@pytest.mark.parametrize("word", ["off", "끄기", "オフ", "なし", "关闭", "无"])
def test_nothing(word: str) -> None:
    """No category."""
    assert wishes.sources(word, ("cs.CL",), ("cs.CL",)) == ()


@pytest.mark.parametrize(
    ("text", "style", "rest"),
    [
        ("sections ja", Style.SECTIONS, "ja"),
        ("항목별", Style.SECTIONS, ""),
        ("項目別 日本語", Style.SECTIONS, "日本語"),
        ("箇条書き", Style.BULLETS, ""),
        ("分节 中文", Style.SECTIONS, "中文"),
        ("要点", Style.BULLETS, ""),
        ("中文", None, "中文"),
    ],
)
def test_style(text: str, style: Style | None, rest: str) -> None:
    """The name of a style, as its button has it too, and what else was said."""
    assert wishes.style(text) == (style, rest)


@pytest.mark.parametrize(
    ("word", "is_on"),
    [("켜기", True), ("켬", True), ("オン", True), ("끔", False), ("关", False), ("off", False)],
)
def test_a_switch(word: str, *, is_on: bool) -> None:
    """On or off."""
    assert wishes.switch(word, "silent") is is_on


def test_topics() -> None:
    """Parted by commas and semicolons of any script and by lines; what is empty is none."""
    assert wishes.topics("a, b，c、d\ne,,\u200b, ") == ["a", "b", "c", "d", "e"]
    assert wishes.topics('a; b；c, "d; e"') == ["a", "b", "c", '"d; e"']


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("- diffusion\n- agents", ["diffusion", "agents"]),
        ("– a b\n — c, d\n\n* e\n+ f", ["a b", "c", "d", "e", "f"]),
        ("• a\n·b\n・拡散\n ◦ c", ["a", "b", "拡散", "c"]),
        ("1. a\n2) b\n１０．\u3000c", ["a", "b", "c"]),
        ("robots\n-survey\n- -video", ["robots", "-survey", "-video"]),
        ("3D\n2.5D maps\nC++ - Rust", ["3D", "2.5D maps", "C++ - Rust"]),
        ("- \n-\n- a", ["a"]),
        ("- survey", ["- survey"]),
    ],
)
def test_topics_of_a_pasted_list(text: str, means: list[str]) -> None:
    """Of several lines the bullets are no part; a minus that touches its word mutes."""
    assert wishes.topics(text) == means


@pytest.mark.parametrize(
    "said", ["all", "All", "everything", "all my topics", "모든 주제", "すべてのトピック", "全部", "所有主题"]
)
def test_all_topics(said: str) -> None:
    """As it is said in each language; more words are a topic."""
    assert wishes.names_all(said)
    assert not wishes.names_all(f"{said} agents")
    assert not wishes.names_all(f"-{said}")


@pytest.mark.parametrize("said", ["5", "５", "5 papers", "5편", "5개", "5本", "5 篇"])
def test_a_number(said: str) -> None:
    """Be it with what it counts."""
    assert wishes.number(said, 50) == 5
    assert str(wishes.recap(said.split(), ViewKind.TOP_WEEK)) == "m7.5"


@pytest.mark.parametrize("said", ["5", "5 votes", "5표", "5票"])
def test_votes(said: str) -> None:
    """The same; "off" is none."""
    assert wishes.votes(said) == 5
    assert wishes.votes("off") == 0


@pytest.mark.parametrize("said", ["", "5 5", "5.5", "-5", "편", "5 cats", "12345"])
def test_no_number(said: str) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-max"):
        wishes.number(said, 50)
    with pytest.raises(UserError, match="usage-votes"):
        wishes.votes(said)


@pytest.mark.parametrize(
    "read",
    [
        wishes.clock,
        wishes.weekdays,
        lambda text: wishes.number(text, 50),
        lambda text: wishes.today(text.split()),
        lambda text: days.wish(text.split(), date(2025, 10, 14)),
        lambda text: wishes.top(text.split()),
        wishes.topics,
    ],
)
@given(text=st.text())
def test_nothing_else_is_ever_raised(read: Callable[[str], object], text: str) -> None:
    """Any text is either read, or refused as a reader's mistake."""
    with suppress(UserError):
        read(text)


@pytest.mark.parametrize(
    ("words", "view"), [((), "m7.10"), (("5",), "m7.5"), (("30",), "m7.30"), (("٥",), "m7.5")]
)
def test_a_look_back(words: tuple[str, ...], view: str) -> None:
    """Ten papers, or as many as wanted, of my topics."""
    assert str(wishes.recap(words, ViewKind.TOP_WEEK)) == view


@pytest.mark.parametrize("words", [("0",), ("31",), ("1", "2"), ("week",), ("9" * 5000,)])
def test_no_look_back(words: tuple[str, ...]) -> None:
    """Refused with an example."""
    with pytest.raises(UserError, match="usage-recap"):
        wishes.recap(words, ViewKind.TOP_WEEK)
