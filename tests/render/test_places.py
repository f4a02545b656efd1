"""A time zone from what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestbot.render.cities import CITIES
from digestbot.render.places import find_zones, shown_zone, zone_at


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
        ("India", ["Asia/Kolkata"]),
        ("Japan", ["Asia/Tokyo"]),
        ("日本", ["Asia/Tokyo"]),
        ("한국", ["Asia/Seoul"]),
        ("대한민국", ["Asia/Seoul"]),
        ("中国", ["Asia/Shanghai"]),
        ("Spain", ["Europe/Madrid"]),
        ("UK", ["Europe/London"]),
        ("부산", ["Asia/Seoul"]),
        ("大阪", ["Asia/Tokyo"]),
        ("深圳", ["Asia/Shanghai"]),
        ("Mumbai", ["Asia/Kolkata"]),
        ("Munich", ["Europe/Berlin"]),
        ("munchen", ["Europe/Berlin"]),
        ("KST", ["Asia/Seoul"]),
        ("jst", ["Asia/Tokyo"]),
        ("PST", ["America/Los_Angeles"]),
        ("PDT", ["America/Los_Angeles"]),
        ("CET", ["Europe/Berlin"]),
        ("EST", ["America/New_York", "America/Cancun"]),
        ("IST", ["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]),
        ("CST", ["America/Chicago", "Asia/Shanghai", "America/Guatemala", "America/Havana"]),
        ("BST", ["Europe/London", "Asia/Dhaka"]),
        ("Pacific Time", ["America/Los_Angeles"]),
        ("上海时间", ["Asia/Shanghai"]),
        ("한국 시간", ["Asia/Seoul"]),
        ("日本時間", ["Asia/Tokyo"]),
        ("日本標準時", ["Asia/Tokyo"]),
        ("Ista", ["Asia/Istanbul"]),
        ("Ist", ["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]),
        ("Xyz", []),
        ("San", []),
        ("time", []),
        ("Atlantis", []),
        ("NYC", ["America/New_York"]),
        ("new york city", ["America/New_York"]),
        ("Tokyo, Japan", ["Asia/Tokyo"]),
        ("서울, 한국", ["Asia/Seoul"]),
        ("Munich,Germany", ["Europe/Berlin"]),
        ("San Francisco, USA", ["America/Los_Angeles"]),
        ("东京，日本", ["Asia/Tokyo"]),
        ("Paris, Texas", []),
        ("Paris, Japan", []),
        (",", []),
        (",Japan", []),
        ("Tokyo,", []),
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


def test_a_large_country_is_one_zone_for_each_clock() -> None:
    """Where most people live first."""
    zones = find_zones("USA")
    assert set(zones[:4]) == {
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/New_York",
    }
    assert len(zones) == 8
    assert find_zones("러시아")[0] == "Europe/Moscow"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Etc/GMT-9", "UTC+9"),
        ("Etc/GMT+3", "UTC-3"),
        ("Etc/GMT+10", "UTC-10"),
        ("UTC", "UTC"),
        ("Asia/Seoul", "Asia/Seoul"),
    ],
)
def test_an_offset_is_shown_as_it_is_typed(zone: str, shown: str) -> None:
    """POSIX turns the sign round, people don't; and it is understood again."""
    assert shown_zone(zone) == shown
    assert find_zones(shown) == [zone]


@pytest.mark.parametrize("zone", sorted(CITIES))
def test_a_city_is_in_its_zone(zone: str) -> None:
    """Each name of the table is found, and by no other zone."""
    assert {name: find_zones(name) for name in CITIES[zone].split(", ")} == {
        name: [zone] for name in CITIES[zone].split(", ")
    }


@given(st.text(max_size=60))
def test_nothing_that_people_type_is_an_error(text: str) -> None:
    """A list, perhaps an empty one."""
    assert isinstance(find_zones(text), list)


def test_a_location() -> None:
    """Of latitude and longitude; the open sea has a zone too."""
    assert zone_at(37.57, 126.98) == "Asia/Seoul"
    assert zone_at(52.52, 13.4) == "Europe/Berlin"
    assert zone_at(0.0, -150.0) == "Etc/GMT+10"
