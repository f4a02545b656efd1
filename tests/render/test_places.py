"""A time zone from what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.render.places import find_zones, zone_at


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("Asia/Seoul", ["Asia/Seoul"]),
        ("asia/seoul", ["Asia/Seoul"]),
        ("seoul", ["Asia/Seoul"]),
        ("서울", ["Asia/Seoul"]),
        ("베를린", ["Europe/Berlin"]),
        ("東京", ["Asia/Tokyo"]),
        ("东京", ["Asia/Tokyo"]),
        ("上海", ["Asia/Shanghai"]),
        ("北京", ["Asia/Shanghai"]),
        ("ソウル", ["Asia/Seoul"]),
        ("纽约", ["America/New_York"]),
        ("Kolkata", ["Asia/Kolkata"]),
        ("Asia/Calcutta", ["Asia/Calcutta"]),
        ("New York", ["America/New_York"]),
        ("sao paulo", ["America/Sao_Paulo"]),
        ("São Paulo", ["America/Sao_Paulo"]),
        ("UTC", ["UTC"]),
        ("gmt", ["UTC"]),
        ("UTC+9", ["Etc/GMT-9"]),
        ("+09:00", ["Etc/GMT-9"]),
        ("GMT-3", ["Etc/GMT+3"]),
        ("−3", ["Etc/GMT+3"]),
        ("UTC+5:45", ["Asia/Kathmandu"]),
        ("+0530", ["Asia/Kolkata"]),
        ("UTC+0", ["UTC"]),
        ("UTC+15", []),
        ("UTC+5:15", []),
        ("Atlantis", []),
        ("", []),
        ("../../etc/passwd", []),
    ],
)
def test_find_zones(text: str, zones: list[str]) -> None:
    """A zone, a city in our languages, or an offset."""
    assert find_zones(text) == zones


def test_what_may_be_several_is_told() -> None:
    """The beginning of several names: each of them."""
    assert {"America/Santo_Domingo", "America/Santiago"} <= set(find_zones("Sant"))


@given(st.text(max_size=60))
def test_nothing_that_people_type_is_an_error(text: str) -> None:
    """A list, perhaps an empty one."""
    assert isinstance(find_zones(text), list)


def test_a_location() -> None:
    """Of latitude and longitude; the open sea has a zone too."""
    assert zone_at(37.57, 126.98) == "Asia/Seoul"
    assert zone_at(52.52, 13.4) == "Europe/Berlin"
    assert zone_at(0.0, -150.0) == "Etc/GMT+10"
