"""Which fact takes a reading: its status, and the qualifiers that choose between facts, `sample` and `setting`.

A word nobody knows is no word at all: `Capillary` is capillary, but of `finger` nobody can say whether it is the vein's
plasma. Such a reading is held out, of every fact it might have been a value of: an older value never takes its place.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from sangao.engine.chart import Reading
from sangao.engine.errors import Problem
from sangao.engine.fact import Fact

LEFT_OUT = frozenset({"entered-in-error", "cancelled", "canceled", "refuted"})
USED = frozenset({"", "final", "amended", "corrected", "appended", "blank"})
OWN: Mapping[str, frozenset[str]] = {  # what chooses no other fact
    "sample": frozenset({"venous-plasma"}),
    "setting": frozenset({"office"}),
    "standardised": frozenset({"true", "false"}),
}
Held = tuple[str, ...]


def word(given: object) -> str:
    """Return a status or qualifier as it is compared: case, `-`, `_` and blanks do not tell words apart.

    >>> word(" Entered_In-Error "), word(False), word(None)
    ('entered-in-error', 'false', '')
    """
    return "" if given is None else "-".join(str(given).lower().replace("_", " ").replace("-", " ").split())


def taken(facts: Mapping[str, Fact], fact: Fact, reading: Reading, problems: list[Problem]) -> tuple[Fact | None, Held]:
    """Return the fact that takes a reading sent as `fact` (None: none does), and the facts it is held out of.

    >>> fpg = Fact("fpg", "number", "空腹血糖", "fasting glucose", select=(("sample", "capillary", "finger"),))
    >>> finger = Fact("finger", "number", "指尖血糖", "capillary glucose")
    >>> said = [Reading("fpg", 7, qualifiers=(("sample", one),)) for one in ("Venous Plasma", "CAPILLARY", "serum")]
    >>> [(found and found.id, held) for one in said for found, held in [taken({"finger": finger}, fpg, one, [])]]
    [('fpg', ()), ('finger', ()), (None, ('fpg', 'finger'))]
    """
    given = dict(reading.qualifiers)
    status = word(given.get("status"))
    if status in LEFT_OUT:
        problems.append(Problem("chart.left_out", parts={"status": status}, fact=fact.id))
        return None, ()
    found, held = _selected(facts, fact, given, reading, problems)
    if status not in USED:
        parts = {"status": str(given["status"])}
        problems.append(Problem("chart.reading_status", parts=parts, fact=fact.id, given=reading.value))
        return None, held if found is None else (found.id,)
    return found, held


def understood(fact: Fact, qualifier: str, said: object) -> bool:
    """Return whether the word of a qualifier is one that the choice between facts knows; what chooses none is any.

    >>> fpg = Fact("fpg", "number", "空腹血糖", "fasting glucose", select=(("fasting_hours", "< 8", "pg_random"),))
    >>> [understood(fpg, "fasting_hours", one) for one in (6, "10", "x", -3, "nan", True)]
    [True, True, False, False, False, False]
    """
    if qualifier == "status":
        return word(said) in LEFT_OUT | USED
    values = [value for one, value, _ in fact.select if one == qualifier]
    if not values or not word(said):
        return True
    if any(value.startswith("<") for value in values):
        return _number(said) is not None
    return word(said) in OWN.get(qualifier, ()) or any(word(said) == word(value) for value in values)


def words(fact: Fact, qualifier: str) -> tuple[str, ...]:
    """Return the words of a qualifier that a fact understands, for a message.

    >>> words(Fact("sbp", "number", "收缩压", "systolic", select=(("setting", "home", "sbp_home"),)), "setting")
    ('office', 'home')
    """
    if qualifier == "status":
        return tuple(sorted((LEFT_OUT | USED) - {"", "blank"}))
    chosen = [value for one, value, _ in fact.select if one == qualifier]
    if not chosen:
        return ()
    own = [one.replace("-", "_") for one in sorted(OWN.get(qualifier, ()))]
    return (*own, *chosen)


def _selected(
    facts: Mapping[str, Fact], fact: Fact, given: Mapping[str, object], reading: Reading, problems: list[Problem]
) -> tuple[Fact | None, Held]:
    for qualifier in dict.fromkeys(one for one, _, _ in fact.select):
        said = given.get(qualifier)
        ways = [(value, target) for one, value, target in fact.select if one == qualifier]
        doubtful = qualifier == "sample" and word(said) == "unknown"
        if doubtful:
            problems.append(Problem("chart.sample_unknown", fact=fact.id, given=reading.value))
        if not understood(fact, qualifier, said):
            if not doubtful:
                parts = {"qualifier": qualifier, "value": str(said)}
                problems.append(Problem("chart.qualifier_unread", parts=parts, fact=fact.id, given=reading.value))
            return None, _every(fact.id, ways)
        target = next((target for value, target in ways if _says(said, value)), None)
        if target is not None:
            return facts[target], ()
    if word(given.get("standardised")) == "false":
        parts = {"qualifier": "standardised", "value": str(given["standardised"])}
        problems.append(Problem("chart.unknown_qualifier", parts=parts, fact=fact.id, given=reading.value))
    return fact, ()


def _every(own: str, ways: Sequence[tuple[str, str]]) -> Held:
    return tuple(dict.fromkeys((own, *(target for _, target in ways))))


def _says(said: object, value: str) -> bool:
    """Return whether a qualifier says this value; `< 8` is a limit on a number.

    >>> _says(6, "< 8"), _says("", "< 8"), _says("Capillary", "capillary"), _says(False, "false")
    (True, False, True, True)
    """
    if not value.startswith("<"):
        return word(said) == word(value)
    number = _number(said)
    return number is not None and number < Decimal(value[1:].strip())


def _number(said: object) -> Decimal | None:
    """Return how many hours are said: no truth, none below zero."""
    try:
        found = Decimal(str(said))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None
