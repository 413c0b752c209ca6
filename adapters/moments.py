"""Times as records write them, compact or not, to the text charts use."""

import re

from sangao.engine.chart import day_of

_ZONE = r"([+-][0-9]{2}:?[0-9]{2}|Z)?"
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})?([0-9]{2})?(?:([0-9]{2})([0-9]{2})?([0-9]{2})?)?(?:\.[0-9]+)?" + _ZONE)
_APART = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2}))?[日月]?"
    r"(?:[T ]?([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)?)?" + _ZONE
)


def moment(text: str) -> str | None:
    """Return a time as ISO text, with as much of it as is known; empty for a blank, None for what is no time.

    >>> moment("20120804"), moment("201208040912"), moment("2011-12-31 15:48:23"), moment("2012年8月4日")
    ('2012-08-04', '2012-08-04T09:12', '2011-12-31T15:48', '2012-08-04')
    >>> moment("20120804091200+0800"), moment(""), moment("spring"), moment("20121399")
    ('2012-08-04T09:12+08:00', '', None, None)
    """
    plain = text.strip()
    if not plain:
        return ""
    found = _COMPACT.fullmatch(plain) or _APART.fullmatch(plain)
    if found is None:
        return None
    year, month, day, hour, minute, _, zone = found.groups()
    if month is None:
        iso = year
    elif day is None:
        iso = f"{year}-{int(month):02}"
    else:
        iso = f"{year}-{int(month):02}-{int(day):02}"
        if hour is not None and minute is not None:
            offset = "+00:00" if zone == "Z" else f"{zone[:3]}:{zone[-2:]}" if zone else ""
            iso += f"T{int(hour):02}:{minute}{offset}"
    return iso if day_of(iso) else None
