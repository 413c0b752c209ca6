"""Spellings: width, case, blanks and signs that make no difference to what a unit, a code or a name means."""

from sangao.engine.quantity import normalise, unit_name


def folded(text: str) -> str:
    """Return a text as it is compared: half-width, lower case, without any blank.

    >>> folded(" 苯磺酸氨氯地平片（络活喜） "), folded("Amlodipine  5 MG")
    ('苯磺酸氨氯地平片(络活喜)', 'amlodipine5mg')
    """
    return "".join(normalise(text).lower().split())


_MOLAR = {"mM": "mmol/L", "uM": "umol/L", "nM": "nmol/L"}  # case tells millimolar from millimetres


def unit_spelling(text: str) -> str:
    """Return a unit as the engine names it, 每 read as a stroke, `mM` as mmol/L.

    >>> unit_spelling("毫摩尔每升"), unit_spelling("次每分"), unit_spelling("MMHG"), unit_spelling("mM")
    ('mmol/L', '/min', 'mmHg', 'mmol/L')
    """
    plain = normalise(text).replace("每", "/")
    return unit_name(_MOLAR.get(plain, plain))


_DIGITS = str.maketrans({"O": "0", "L": "1", "I": "1"})


def element_id(text: str) -> str:
    """Return a data element id as it is printed, letters that stand for digits put right.

    >>> element_id("de02.Ol.005.0l"), element_id(" ＤＥ04.10.174.00 ")
    ('DE02.01.005.01', 'DE04.10.174.00')
    """
    plain = "".join(normalise(text).upper().split())
    return "DE" + plain[2:].translate(_DIGITS) if plain.startswith("DE") else plain
