"""Who asks too fast is told once, and then nothing, whatever it is that asks."""

from collections import Counter

from digestbot.bot import throttle
from digestbot.bot.throttle import QUIET, Throttle, Verdict


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_flood_is_told_once_and_dropped_as_long_as_it_lasts() -> None:
    """Thousands within minutes: what was allowed, one word, nothing more; after silence it goes on."""
    seconds = Seconds()
    door = Throttle(60, 120, seconds)
    verdicts: Counter[Verdict] = Counter()
    for _ in range(5000):
        verdicts[door.judge(7, 7)] += 1
        seconds.now += 0.05
    assert verdicts[Verdict.TELL] == 1
    assert 60 <= verdicts[Verdict.PASS] <= 64
    seconds.now += QUIET + 1
    assert door.judge(7, 7) is Verdict.PASS


def test_a_flood_costs_others_nothing() -> None:
    """Neither in private nor in the group where it happens."""
    door = Throttle(60, 120, Seconds())
    for _ in range(1000):
        door.judge(7, -1)
    assert door.judge(8, 8) is Verdict.PASS
    assert [door.judge(8, -1) for _ in range(59)] == [Verdict.PASS] * 59


def test_a_group_has_a_pace_of_its_own() -> None:
    """Many members together: told once a minute, and those within the pace are answered."""
    seconds = Seconds()
    door = Throttle(60, 120, seconds)
    verdicts = [door.judge(100 + number, -1) for number in range(200)]
    assert (verdicts.count(Verdict.PASS), verdicts.count(Verdict.TELL)) == (120, 1)
    seconds.now += 1
    assert door.judge(500, -1) is Verdict.PASS
    assert door.judge(500, 500) is Verdict.PASS


def test_who_taps_fast_but_not_for_long_is_answered() -> None:
    """Sixty at once are no flood, and one a second never is."""
    seconds = Seconds()
    door = Throttle(60, 120, seconds)
    for _ in range(300):
        assert door.judge(7, 7) is Verdict.PASS
        seconds.now += 1


def test_memory_is_bounded() -> None:
    """However many come; who was seen last is remembered."""
    door = Throttle(1, 120, Seconds())
    assert door.judge(1, 1) is Verdict.PASS
    for number in range(2, throttle.MOST * 2):
        door.judge(number, number)
    assert door.remembered == throttle.MOST
    assert door.judge(number, number) is not Verdict.PASS
