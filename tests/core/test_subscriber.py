"""When a digest is due, on clocks that jump, repeat an hour, or are three quarters of an hour off."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.subscriber import (
    EVERY_DAY,
    FURTHEST,
    WEEKDAYS,
    Schedule,
    Subscriber,
    SubscriberState,
    due,
    next_due,
)
from tests.builders import a_subscriber


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "slot"),
    [
        pytest.param(Schedule(time(8), "UTC"), "2025-10-14 07:59", "2025-10-14 08:00", id="today"),
        pytest.param(Schedule(time(8), "UTC"), "2025-10-14 08:00", "2025-10-15 08:00", id="not twice"),
        pytest.param(Schedule(time(8), "UTC"), "2025-10-17 09:00", "2025-10-20 08:00", id="over a weekend"),
        pytest.param(
            Schedule(time(8), "UTC", (6,)), "2025-10-19 09:00", "2025-10-26 08:00", id="on Sundays only"
        ),
        pytest.param(
            Schedule(time(2, 30), "Europe/Berlin", EVERY_DAY),
            "2025-03-29 12:00",
            "2025-03-30 01:30",
            id="Berlin in spring: half past two does not exist, half past three it is",
        ),
        pytest.param(
            Schedule(time(2, 30), "Europe/Berlin", EVERY_DAY),
            "2025-10-25 12:00",
            "2025-10-26 00:30",
            id="Berlin in autumn: half past two comes twice, the first counts",
        ),
        pytest.param(
            Schedule(time(2, 30), "Europe/Berlin", EVERY_DAY),
            "2025-10-26 00:30",
            "2025-10-27 01:30",
            id="Berlin in autumn: the second half past two brings nothing",
        ),
        pytest.param(
            Schedule(time(8), "Europe/Berlin", EVERY_DAY),
            "2025-03-30 00:00",
            "2025-03-30 06:00",
            id="Berlin in spring: eight in the morning is an hour earlier for the world",
        ),
        pytest.param(
            Schedule(time(7, 15), "Asia/Kathmandu"), "2025-10-14 00:00", "2025-10-14 01:30", id="Kathmandu"
        ),
        pytest.param(
            Schedule(time(0, 30), "America/Sao_Paulo", EVERY_DAY),
            "2018-11-03 12:00",
            "2018-11-04 03:30",
            id="São Paulo: the day begins at one o'clock",
        ),
        pytest.param(
            Schedule(time(1), "Asia/Seoul", (1,)),
            "2025-10-13 15:00",
            "2025-10-13 16:00",
            id="Tuesday in Seoul begins on Monday in UTC",
        ),
        pytest.param(
            Schedule(time(8), "Pacific/Apia", EVERY_DAY),
            "2011-12-29 19:00",
            "2011-12-30 18:00",
            id="Samoa left out a whole day",
        ),
    ],
)
def test_next_due(schedule: Schedule, after: str, slot: str) -> None:
    """The first due time after a moment."""
    assert next_due(schedule, utc(after)) == utc(slot)


def test_a_new_hour_brings_no_second_digest_today() -> None:
    """Who had a digest at eight and now wants nine gets the next one tomorrow."""
    slot = utc("2025-10-14 08:00")
    assert next_due(Schedule(time(9), "UTC"), utc("2025-10-14 08:30"), slot) == utc("2025-10-15 09:00")


FRIDAY_8 = utc("2025-10-17 08:00")
PAUSED: dict[str, Any] = {"state": SubscriberState.PAUSED, "next_due_at": FRIDAY_8}


@pytest.mark.parametrize(
    ("reader", "slot"),
    [
        pytest.param(a_subscriber(next_due_at=None), "2025-10-20 08:00", id="who begins waits for the next"),
        pytest.param(a_subscriber(next_due_at=FRIDAY_8), "2025-10-17 08:00", id="what is due stays due"),
        pytest.param(
            a_subscriber(next_due_at=FRIDAY_8, schedule=Schedule(time(7), "UTC")),
            "2025-10-17 08:00",
            id="also where the new hour is over for today",
        ),
        pytest.param(
            a_subscriber(next_due_at=FRIDAY_8, schedule=Schedule(time(9), "UTC")),
            "2025-10-17 09:00",
            id="a later hour of the same day has it wait",
        ),
        pytest.param(
            a_subscriber(next_due_at=FRIDAY_8, schedule=Schedule(time(8), "UTC", (0,))),
            "2025-10-17 08:00",
            id="also where the day is none any more",
        ),
        pytest.param(
            a_subscriber(next_due_at=FRIDAY_8, schedule=Schedule(time(8), "Asia/Seoul")),
            "2025-10-17 08:00",
            id="also in another zone",
        ),
        pytest.param(
            a_subscriber(next_due_at=utc("2025-10-14 08:00"), schedule=Schedule(time(9), "UTC")),
            "2025-10-14 08:00",
            id="what is overdue for days is not put off",
        ),
        pytest.param(
            a_subscriber(**PAUSED, paused_until=utc("2025-10-17").date()),
            "2025-10-17 08:00",
            id="a pause that is over has its first digest",
        ),
        pytest.param(
            a_subscriber(**PAUSED, paused_until=utc("2025-10-21").date()),
            "2025-10-21 08:00",
            id="a pause keeps back what is due",
        ),
    ],
)
def test_what_is_due_is_not_lost_by_a_change(reader: Subscriber, slot: str) -> None:
    """Changed half a minute after Friday's eight o'clock, before Friday's digest was planned."""
    assert due(reader, utc("2025-10-17 08:00:30")) == utc(slot)


@pytest.mark.parametrize("paused_until", [None, utc("2025-10-21").date()])
def test_who_wants_nothing_is_due_nothing(paused_until: date | None) -> None:
    """Neither in a pause without an end, nor unsubscribed or blocked."""
    gone = (SubscriberState.UNSUBSCRIBED, SubscriberState.BLOCKED)
    states = gone if paused_until else (*gone, SubscriberState.PAUSED)
    for state in states:
        reader = a_subscriber(state=state, next_due_at=FRIDAY_8, paused_until=paused_until)
        assert due(reader, FRIDAY_8) is None


def test_a_schedule_without_days_is_our_bug() -> None:
    """It can't be made by a reader."""
    with pytest.raises(ValueError, match="no weekday"):
        next_due(Schedule(time(8), "UTC", ()), utc("2025-10-14 08:00"))


schedules = st.builds(
    Schedule,
    st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None, fold=0)),
    st.sampled_from(
        [
            "UTC",
            "Europe/Berlin",
            "Asia/Kathmandu",
            "America/Sao_Paulo",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Africa/Casablanca",
            "America/St_Johns",
        ]
    ),
    st.sets(st.sampled_from(EVERY_DAY), min_size=1).map(lambda days: tuple(sorted(days))),
)
moments = st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(schedules, moments)
def test_the_next_is_soon_on_a_wanted_day_and_at_the_hour(schedule: Schedule, after: datetime) -> None:
    """Within eight days and a bit; the wall shows the hour, but where the clock jumped over it."""
    slot = next_due(schedule, after)
    local = slot.astimezone(ZoneInfo(schedule.zone))
    assert after < slot <= after + timedelta(days=16)
    assert local.weekday() in schedule.weekdays or local.time() < schedule.at
    wall = local.replace(tzinfo=None)
    wanted = wall.replace(hour=schedule.at.hour, minute=schedule.at.minute)
    assert abs(wall - wanted) in (timedelta(0), timedelta(minutes=30), timedelta(hours=1)) or (
        wall.date() != wanted.date() or schedule.zone == "Pacific/Apia"
    )


@given(schedules, schedules, moments)
def test_nobody_who_is_told_is_due_in_a_fortnight(
    before: Schedule, schedule: Schedule, start: datetime
) -> None:
    """Whoever was told just now, and changes all their wishes since."""
    told = next_due(before, start)
    for later in (timedelta(0), timedelta(hours=20)):
        assert next_due(schedule, told + later, told) <= told + later + FURTHEST


@given(schedules, moments)
def test_following_it_gives_each_wanted_day_once(schedule: Schedule, start: datetime) -> None:
    """Slot after slot: never two on a local day, and no wanted day is left out."""
    slots = [next_due(schedule, start)]
    for _ in range(10):
        slots.append(next_due(schedule, slots[-1], slots[-1]))
    days = [schedule.day_of(slot) for slot in slots]
    assert len(set(days)) == len(days)
    between = [days[0] + timedelta(days=ahead) for ahead in range((days[-1] - days[0]).days)]
    left_out = [day for day in between if day.weekday() in schedule.weekdays and day not in days]
    jumped = schedule.zone == "Pacific/Apia" and any(day.year in (2011, 2012) for day in days)
    assert not left_out or jumped


def test_weekdays_are_monday_to_friday() -> None:
    """0 is Monday."""
    assert [datetime(2025, 10, 13, tzinfo=UTC).weekday(), *WEEKDAYS[1:]] == [0, 1, 2, 3, 4]
