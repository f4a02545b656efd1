"""What readers type after a command, read into values; what can't be read raises a UserError."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import time

from digestbot.core.counting import in_digits
from digestbot.core.digest import MINE, View, ViewKind
from digestbot.core.subscriber import EVERY_DAY, WEEKDAYS
from digestbot.core.summary import Style
from digestbot.core.text import visible
from digestbot.errors import UserError

MOST_TOP = 30
MOST_VOTES = 1000
_RECAP = 10
_RECAPS = {ViewKind.TOP_WEEK: "week", ViewKind.TOP_MONTH: "month"}
"""The commands of what is looked back on."""
_MORNING = ("오전", "아침", "새벽", "午前", "朝", "早朝", "上午", "早上", "早晨", "早", "清晨", "凌晨")
_AFTERNOON = ("오후", "저녁", "午後", "夕方", "下午", "傍晚")
_NOON = ("낮", "昼", "中午")
_NIGHT = ("밤", "夜", "深夜", "晩", "晚上", "晚", "夜里", "半夜")
EVERYTHING = ("all", "전체", "모두", "すべて", "全て", "全部", "所有")
_HOURS = {
    **dict.fromkeys(("noon", "12 noon", "midday", "정오", "正午", "中午"), time(12)),
    **dict.fromkeys(("midnight", "자정", "午夜", "半夜"), time(0)),
}
_CLOCK = re.compile(
    r"(?:(?:at|daily|every day)\s+(?:at\s+)?|매일\s*|毎日\s*|每天\s*)?"
    rf"(?:(?P<half>{'|'.join((*_MORNING, *_AFTERNOON, *_NOON, *_NIGHT))})の?)?\s*(?P<hour>\d{{1,2}})"
    r"(?:\s*[:.h시時时点點]\s*(?:(?P<minute>\d{2})[분分h]?|(?P<single>\d)[분分]|(?P<half_past>[반半])"
    r"|(?P<quarters>[一三])刻|[钟鐘整])?|\s*(?P<bare>\d{2})|\s*o['’]clock)?"
    r"\s*(?:(?P<am>a\.?m\.?|in the morning)|(?P<pm>p\.?m\.?|in the (?:afternoon|evening))|에|に)?"
)
_NUMBER = re.compile(r"(\d{1,4})\s*(?:papers?|votes?|[개건편표件本票条篇])?")
_TOP = re.compile(
    r"\s*(?:(?<!\d)(?:"  # 5月 is May, and 2周 two weeks
    r"(?P<week>(?:(?:this|the|past)\s+)?week|weekly|7\s*days|(?:이번|최근|한|1)?\s*주[일간]?|(?:최근\s*)?일주일"
    r"|(?:今|この|1)?週間?|(?:最近)?(?:本|[这这][一个個]?|[一1])?(?:周|星期))"
    r"|(?P<month>(?:(?:this|the|past)\s+)?month|monthly|30\s*days|(?:이번|최근|한|최근\s*한)?\s*달|이달|월간?"
    r"|(?:今|この|1[かヶカケ])?月間?|(?:最近)?(?:本|当|[这一1]个|这)月)"
    r"|(?P<day>(?:to)?day|daily|오늘|일간?|[今本]?日|今?天))"
    r"|(?P<mine>mine|my(?:\s+topics)?|(?:내|나의)(?:\s*주제)?|(?:自分|私)(?:の(?:トピック)?)?|マイトピック|我的?(?:主题)?)"
    rf"|(?P<all>{'|'.join(EVERYTHING)})"
    r"|(?P<count>\d{1,4})\s*[개편건本件篇条]?"
    r"|papers?|논문|論文|论文"
    r")(?![a-z])[의の的]?\s*"
)
_PERIODS = {"day": ViewKind.TOP_DAY, "week": ViewKind.TOP_WEEK, "month": ViewKind.TOP_MONTH}
_NONE = ("off", "none", "no", "끄기", "끔", "꺼", "없음", "オフ", "なし", "关", "关闭", "无")
_ON = ("on", "yes", "켜기", "켬", "켜", "オン", "はい", "开", "开启", "打开")
_HERE = ("here", "여기", "여기로", "ここ", "ここへ", "这里", "此处")
_STYLES = {
    "bullets": Style.BULLETS,
    "bullet": Style.BULLETS,
    "글머리표": Style.BULLETS,
    "箇条書き": Style.BULLETS,
    "要点": Style.BULLETS,
    "sections": Style.SECTIONS,
    "section": Style.SECTIONS,
    "섹션": Style.SECTIONS,
    "항목별": Style.SECTIONS,
    "セクション": Style.SECTIONS,
    "項目別": Style.SECTIONS,
    "分节": Style.SECTIONS,
}
_NEGATION = re.compile(r"^(?:\s*(?:[-–]|NOT\s))+\s*")
_BULLET = re.compile(
    r"^[^\S\n]*(?:[•·・●▪◦‣][^\S\n]*|(?:[-–—*+]|\d{1,2}[.)．）])(?:[^\S\n]+|$))", re.MULTILINE
)
_TOPIC = re.compile(r'(?:"[^"]*"|“[^”]*”|[^,;\n，、；])+')
_ALL_TOPICS = re.compile(
    rf"(?:{'|'.join(EVERYTHING)}|everything|모든|전부)\s*(?:my\s+|の)?(?:topics?|주제|トピック|主题)?"
)
_LISTED = re.compile(r"\s+(?:and|or)\s+|\s*(?:[/|&]|그리고|또는|[와과]\s|[と和或])\s*", re.IGNORECASE)
_DAY_NAMES = (
    ("mon", "monday", "월", "월요일", "月", "月曜", "月曜日", "周一", "星期一"),
    ("tue", "tues", "tuesday", "화", "화요일", "火", "火曜", "火曜日", "周二", "星期二"),
    ("wed", "wednesday", "수", "수요일", "水", "水曜", "水曜日", "周三", "星期三"),
    ("thu", "thur", "thurs", "thursday", "목", "목요일", "木", "木曜", "木曜日", "周四", "星期四"),
    ("fri", "friday", "금", "금요일", "金", "金曜", "金曜日", "周五", "星期五"),
    ("sat", "saturday", "토", "토요일", "土", "土曜", "土曜日", "周六", "星期六"),
    ("sun", "sunday", "일", "일요일", "日", "日曜", "日曜日", "周日", "周天", "星期日", "星期天"),
)
_DAYS = {name: day for day, names in enumerate(_DAY_NAMES) for name in names}
_DAY_GROUPS = {
    "all": EVERY_DAY,
    "daily": EVERY_DAY,
    "every day": EVERY_DAY,
    "everyday": EVERY_DAY,
    "매일": EVERY_DAY,
    "毎日": EVERY_DAY,
    "每天": EVERY_DAY,
    "weekday": WEEKDAYS,
    "weekdays": WEEKDAYS,
    "평일": WEEKDAYS,
    "주중": WEEKDAYS,
    "平日": WEEKDAYS,
    "工作日": WEEKDAYS,
    "weekend": (5, 6),
    "weekends": (5, 6),
    "주말": (5, 6),
    "週末": (5, 6),
    "周末": (5, 6),
}
_TO = re.compile(r"\s*(?:[-–—~〜]|부터|から|至|到)\s*|\s+(?:to|through|thru)\s+")
_AND = re.compile(r"\s+and\s+|\s*(?:&|그리고|하고|[와과]\s|[と和跟])\s*")
_ONE_WEEK = re.compile(r"(周|星期)([一二三四五六日天]{2,})")
"""Days of a week that is named once, as in 周一三五."""
_UNTIL = re.compile(r"(?:까지|まで)$")
_LETTERS = re.compile(rf"[{''.join(name for name in _DAYS if len(name) == 1)}]{{2,7}}")
"""Days of one letter in a row, as in 月水金."""


def plain(text: str) -> str:
    """Return *text* as it is compared: full-width folded, in small letters, nothing invisible."""
    return visible(unicodedata.normalize("NFKC", text)).lower()


def topics(text: str) -> list[str]:
    """Return the topics between commas, semicolons and line ends; one in quotation marks parts none.

    Of several lines each may begin with a bullet or its number; `-survey`, without a space, mutes.
    """
    bare = _BULLET.sub("", text) if "\n" in text.strip() else text
    return [part.strip() for part in _TOPIC.findall(bare) if visible(part)]


def names_all(text: str) -> bool:
    """Tell whether `/remove` *text* means all topics: `all`, `everything`, `모든 주제`."""
    return bool(_ALL_TOPICS.fullmatch(plain(text)))


def listed(text: str) -> list[str]:
    """Return the topics that *text* may name without commas: `agents and robots`, `agents/robots`."""
    return [part.strip() for part in _LISTED.split(text) if visible(part)]


def muted(text: str) -> list[str]:
    """Return the words of `/mute` between commas, each as the topic that mutes it: `-survey`."""
    bare = (_NEGATION.sub("", part) for part in topics(text))
    return [f"-({part})" if " " in part and part[0] not in '"“(' else f"-{part}" for part in bare if part]


def sources(text: str, chosen: Sequence[str], offered: Sequence[str]) -> tuple[str, ...]:
    """Return the arXiv categories that `/sources` *text* leaves: `cs.CL, cs.CV`, `-cs.CL`, `all`, `off`.

    Raises `usage-sources` for what is none, or is not *offered*.
    """
    if plain(text) in _NONE:
        return ()
    if plain(text) in EVERYTHING:
        return tuple(offered)
    wanted = dict.fromkeys(category for category in chosen if category in offered)
    for word in re.split(r"[,、\s]+", unicodedata.normalize("NFKC", text).strip()):
        named = {category.lower(): category for category in offered}.get(word.lstrip("-–+").lower())
        if named is None:
            raise UserError("usage-sources", category=word, offered=tuple(offered))
        if word[0] in "-–":
            wanted.pop(named, None)
        else:
            wanted[named] = None
    return tuple(wanted)


def clock(text: str) -> time:
    """Return the time of day that *text* means: `08:30`, `830`, `8 pm`, `오후 8시`, `noon`.

    Raises `usage-time`.
    """
    said = plain(text)
    if said in _HOURS:
        return _HOURS[said]
    read = _CLOCK.fullmatch(in_digits(said))
    if read is None or (read["half"] and (read["am"] or read["pm"])):
        raise UserError("usage-time")
    hour, minute = int(read["hour"]), _minute(read)
    if half := read["half"]:
        hour = _of_half(half, hour) if hour <= 12 else 99
    elif read["am"] or read["pm"]:  # 午後0時 is noon; nobody writes 0 pm
        hour = hour % 12 + 12 * bool(read["pm"]) if 1 <= hour <= 12 else 99
    if (hour, minute) == (24, 0):
        hour = 0
    if hour > 23 or minute > 59:
        raise UserError("usage-time")
    return time(hour, minute)


def _minute(read: re.Match[str]) -> int:
    if read["half_past"]:
        return 30
    if read["quarters"]:
        return 15 if read["quarters"] == "一" else 45
    return int(read["minute"] or read["single"] or read["bare"] or 0)


def _of_half(half: str, hour: int) -> int:
    """Return which of the day's 24 hours *hour*, 0 to 12, is in a part of the day."""
    is_later = half in _AFTERNOON or (half in _NOON and hour < 6) or (half in _NIGHT and 4 < hour < 12)
    return hour if half in _NOON and not is_later else hour % 12 + 12 * is_later


def weekdays(text: str) -> tuple[int, ...]:
    """Return the days that *text* means, 0 is Monday: `mon-fri`, `sat,sun`, `all`. Raises `usage-days`."""
    wanted = plain(text)
    if wanted in _DAY_GROUPS:
        return _DAY_GROUPS[wanted]
    apart = _ONE_WEEK.sub(lambda read: ",".join(read[1] + day for day in read[2]), wanted)
    parts = re.split(r"[,、・\s]+", _AND.sub(",", _TO.sub("-", apart)))
    days = {day for part in parts for day in _run(part)}
    if not days:
        raise UserError("usage-days")
    return tuple(sorted(days))


def weekday(text: str) -> int | None:
    """Return the one day of the week that *text* names, 0 is Monday; None where it names none."""
    return _DAYS.get(plain(text))


def route(text: str) -> tuple[str, bool]:
    """Return the topic that `/route` names, and whether it comes here, or (off) goes nowhere in particular.

    Raises `usage-route`.
    """
    topic, _, wish = text.strip().rpartition(" ")
    if not visible(topic) or plain(wish) not in (*_HERE, *_NONE):
        raise UserError("usage-route")
    return topic.strip(), plain(wish) in _HERE


def number(text: str, limit: int) -> int:
    """Return a number from 1 to *limit*. Raises `usage-max`."""
    read = _number(text)
    if read is None or not 1 <= read <= limit:
        raise UserError("usage-max", limit=limit)
    return read


def votes(text: str) -> int:
    """Return the fewest votes that *text* wants: a number up to MOST_VOTES, or none. Raises `usage-votes`."""
    read = 0 if plain(text) in _NONE else _number(text)
    if read is None or read > MOST_VOTES:
        raise UserError("usage-votes", limit=MOST_VOTES)
    return read


def _number(text: str) -> int | None:
    """Return the number that *text* is, be it with what it counts: `5`, `5 papers`, `5편`."""
    read = _NUMBER.fullmatch(plain(text))
    return int(read[1]) if read else None


def switch(text: str, command: str) -> bool:
    """Tell whether *text* turns something on or off. Raises `usage-switch`, which names the *command*."""
    read = plain(text)
    if read not in (*_ON, *_NONE):
        raise UserError("usage-switch", command=command)
    return read in _ON


def today(words: Sequence[str]) -> bool:
    """Tell whether every paper is wanted. Raises `usage-today`."""
    if not words:
        return False
    if " ".join(map(plain, words)) not in EVERYTHING:
        raise UserError("usage-today")
    return True


def top(words: Sequence[str]) -> View:
    """Return the list that `/top` wants: a number, a period and "mine" or "all", each or none.

    Raises `usage-top`.
    """
    said, at = plain(" ".join(words)), 0
    found: dict[str | None, str] = {}
    while at < len(said):
        read = _TOP.match(said, at)
        if read is None or read.lastgroup in found:
            raise UserError("usage-top", limit=MOST_TOP)
        found[read.lastgroup] = read[read.lastgroup or 0]
        at = read.end()
    count, kinds = int(found.get("count", 5)), [kind for name, kind in _PERIODS.items() if name in found]
    if not 1 <= count <= MOST_TOP or len(kinds) > 1 or {"mine", "all"} <= found.keys():
        raise UserError("usage-top", limit=MOST_TOP)
    kind = kinds[0] if kinds else ViewKind.TOP_DAY
    return View(MINE[kind] if "mine" in found else kind, str(count))


def uses(words: Sequence[str], most: int) -> int:
    """Return for how many people an invitation is; one where nothing is said. Raises `usage-invite`."""
    said = _number(" ".join(words) or "1")
    if said is None or not 1 <= said <= most:
        raise UserError("usage-invite", limit=most)
    return said


def recap(words: Sequence[str], kind: ViewKind) -> View:
    """Return the list of a week or month on my topics: of a number of papers, or 10. Raises `usage-recap`."""
    said = _number(" ".join(words) or str(_RECAP))
    if said is None or not 1 <= said <= MOST_TOP:
        raise UserError("usage-recap", limit=MOST_TOP, most=_RECAP, command=_RECAPS[kind])
    return View(MINE[kind], str(said))


def _run(part: str) -> tuple[int, ...]:
    if _LETTERS.fullmatch(part):
        return tuple(_DAYS[letter] for letter in part)
    first, dash, last = (name.removesuffix("s") for name in _UNTIL.sub("", part).partition("-"))
    last = last if last in _DAYS else f"周{last}"  # 周一到五
    if first not in _DAYS or (dash and last not in _DAYS):
        raise UserError("usage-days")
    start, end = _DAYS[first], _DAYS[last if dash else first]
    return tuple((start + ahead) % 7 for ahead in range((end - start) % 7 + 1))


def style(text: str) -> tuple[Style | None, str]:
    """Return the style of summaries that *text* names, if any, and what else it says."""
    named = plain(text).split()
    found = [_STYLES[word] for word in named if word in _STYLES]
    return (found[-1] if found else None), " ".join(word for word in named if word not in _STYLES)
