"""Spellings: width, case, blanks and signs that make no difference to what a unit, a code or a name means."""

from sangao.engine.quantity import normalise, unit_name


def folded(text: str) -> str:
    """Return a text as it is compared: half-width, lower case, without any blank.

    >>> folded(" 苯磺酸氨氯地平片（络活喜） "), folded("Amlodipine  5 MG")
    ('苯磺酸氨氯地平片(络活喜)', 'amlodipine5mg')
    """
    return "".join(normalise(text).lower().split())


def unit_spelling(text: str) -> str:
    """Return a unit as the engine names it, 每 read as a stroke.

    >>> unit_spelling("毫摩尔每升"), unit_spelling("次每分"), unit_spelling("MMHG")
    ('mmol/L', '/min', 'mmHg')
    """
    return unit_name(normalise(text).replace("每", "/"))
