"""Where a reader is: a time zone from what people type, and from a shared location."""

import re
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from digestbot.core.languages import LANGUAGES
from digestbot.core.text import fold

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-−])\s*(\d{1,2})(?::?([03]0|[14]5))?", re.IGNORECASE)
_OTHER_NAMES = ("Brazil/", "Canada/", "Chile/", "Etc/", "Mexico/", "SystemV/", "US/", "posix", "right")
_CITIES = {"Asia/Shanghai": ("Beijing", "베이징", "北京")}
"""Large ones that many will name and that no zone is named after."""
_QUARTERS = {  # zones that are not whole hours from UTC and keep no summer time
    "+3:30": "Asia/Tehran",
    "+4:30": "Asia/Kabul",
    "+5:30": "Asia/Kolkata",
    "+5:45": "Asia/Kathmandu",
    "+6:30": "Asia/Yangon",
    "+8:45": "Australia/Eucla",
    "+9:30": "Australia/Darwin",
    "-9:30": "Pacific/Marquesas",
}


def find_zones(text: str) -> list[str]:
    """Return the IANA zones that *text* may mean, the likeliest first; none where it means nothing.

    Reads `Asia/Seoul`, a city in any of our languages (`Seoul`, `서울`, `东京`), and `UTC+9`, `-03:30`.
    """
    wanted = fold(text.strip())
    if not wanted:
        return []
    if wanted in ("utc", "gmt", "z"):
        return ["UTC"]
    if offset := _OFFSET.fullmatch(wanted):
        return _at_offset(offset[1], int(offset[2]), offset[3] or "00")
    places = _places()
    if wanted in places:
        return _distinct(places[wanted])
    return _distinct({zone for name, zones in places.items() if name.startswith(wanted) for zone in zones})


def zone_at(latitude: float, longitude: float) -> str | None:
    """Return the IANA zone of a place on the map (degrees), None where there is none."""
    import tzfpy  # noqa: PLC0415 - few send a place, and it brings a map of the world

    zone = tzfpy.get_tz(longitude, latitude)
    return zone if zone in available_timezones() else None


def _distinct(zones: set[str]) -> list[str]:
    """Return *zones* without those that are another one's old name: Shanghai, not Chongqing and Harbin."""
    same = get_global("zone_aliases")
    chosen: dict[str, str] = {}
    for zone in sorted(zones, key=lambda zone: (not _has_its_citys_name(zone), zone)):
        chosen.setdefault(same.get(zone, zone), zone)
    return sorted(chosen.values())


def _has_its_citys_name(zone: str) -> bool:
    return fold(get_timezone_location(zone, Locale.parse("en"), return_city=True)) == fold(_last(zone))


def _last(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _at_offset(sign: str, hours: int, minutes: str) -> list[str]:
    east = sign == "+"
    if minutes != "00":
        zone = _QUARTERS.get(f"{'+' if east else '-'}{hours}:{minutes}")
        return [zone] if zone else []
    if hours == 0:
        return ["UTC"]
    if hours > (14 if east else 12):
        return []
    return [f"Etc/GMT{'-' if east else '+'}{hours}"]  # POSIX turns the sign round


@cache
def _places() -> dict[str, set[str]]:
    places: dict[str, set[str]] = {}
    for zone in sorted(available_timezones()):
        if "/" not in zone or zone.startswith(_OTHER_NAMES):
            continue
        names = {zone, _last(zone), *_CITIES.get(zone, ())}
        names |= {
            get_timezone_location(zone, Locale.parse(language), return_city=True) for language in LANGUAGES
        }
        for name in names:
            places.setdefault(fold(name), set()).add(zone)
    return places
