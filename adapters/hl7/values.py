"""OBX-5 by the type OBX-2 names → a text that a chart admits: numbers, comparisons, codes, words, dates."""

from dataclasses import dataclass

from sangao.adapters.hl7.message import Segment
from sangao.adapters.moments import moment
from sangao.engine import quantity

NUMBERS = frozenset({"NM", "SI", "MO"})
WORDS = frozenset({"ST", "TX", "FT", "IS", "ID", "NA"})
CODES = frozenset({"CE", "CWE", "CNE", "CF", "CX"})
DATES = frozenset({"TS", "DT", "DTM"})
SIGNS = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "=": "", "": ""}
BLANKS = frozenset({"", '""', "-", "--", "/", "未查", "未测", "未做", "未检", "NA", "N/A", "NULL"})
NULL = '""'  # "delete what you have": no value of today


@dataclass(frozen=True, slots=True)
class Given:
    """What an OBX says: `words` is its number, text, code or date, None for a blank; `odd`: it cannot be read.

    `codes` holds (code, text, system) where the value is coded.
    """

    words: str | None = None
    odd: bool = False
    codes: tuple[tuple[str, str, str], ...] = ()


BLANK, ODD = Given(), Given(odd=True)


def given(obx: Segment) -> Given:
    """Return the value of an OBX. Several repetitions of a number or a code are no single value.

    >>> from sangao.adapters.hl7.decoding import decode
    >>> from sangao.adapters.hl7.message import segments
    >>> given(segments(decode("MSH|^~\\\\&|\\rOBX|1|SN|x||<^30|mg/g|||||F"))[1]).words
    '<30'
    """
    kind = obx.get(2).upper()
    found = [one for one in obx.all(5) if any(part not in BLANKS for part in one)]
    if not found:
        return BLANK
    if kind in WORDS or (not kind and len(found[0]) == 1):
        text = " ".join(" ".join(part for part in one if part) for one in found)
        return BLANK if text in BLANKS else Given(text)
    if len(found) > 1:
        return ODD
    parts = found[0]
    if kind in NUMBERS:
        return Given(parts[0]) if len(parts) == 1 and quantity.read(parts[0]) is not None else ODD
    if kind == "SN":
        return structured(parts)
    if kind in CODES:
        padded = (*parts, "", "", "", "", "", "")[:6]
        codes = tuple(one for one in (padded[:3], padded[3:]) if one[0] or one[1])
        text = next((one[1] for one in codes if one[1]), "") or codes[0][0] if codes else ""
        return Given(text, codes=codes) if text and text not in BLANKS else BLANK  # type: ignore[arg-type]
    if kind in DATES:
        when = moment(parts[0])
        return ODD if when is None else Given(when[:10])
    return ODD


def structured(parts: tuple[str, ...]) -> Given:
    """Return a structured number: a comparison, a plain number or `2+`; a range or a ratio is no single number.

    >>> structured((">=", "80")).words, structured(("", "2", "+")).words, structured(("", "3.9", "-", "6.1")).odd
    ('>=80', '2+', True)
    """
    sign, number, mark, other = (*parts, "", "", "", "")[:4]
    if sign not in SIGNS or quantity.parse_number(number) is None:
        return ODD
    if not mark and not other:
        return Given(f"{SIGNS[sign]}{number}")
    if mark == "+" and not other and not sign:
        return Given(f"{number}+")
    return ODD
