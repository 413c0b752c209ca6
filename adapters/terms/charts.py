"""Lists of a chart with the book applied: each item is every fact the book knows it to be, before the core sees it.

The core knows no host and no brand: it matches an id, a name of a fact, or the beginning of a code. A combination is
several drugs, `降压0号` is four, and a name on a prescription carries salt, form and strength. So readers apply the
book, and what the core reads by itself is left exactly as it stands.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sangao.adapters.terms.book import Book, book
from sangao.adapters.terms.diagnoses import Diagnoses
from sangao.adapters.terms.drugs import Drugs
from sangao.adapters.terms.prefixes import closed
from sangao.adapters.terms.problems import bystander
from sangao.engine.chart import Chart, Entry
from sangao.engine.errors import Problem
from sangao.engine.quantity import normalise
from sangao.engine.run.lists import REFUTED
from sangao.engine.run.qualified import word
from sangao.engine.several import within

READ = ("conditions", "medications", "family_history")
"""The lists of a chart that the book reads."""
_NAMED = ("fact", "code", "name", "system")


def read(given: Mapping[str, Any], terms: Book | None = None) -> Chart:
    """Return the chart of a chart JSON with the book applied to its lists.

    A drug that is known and that no fact speaks of leaves the list, with a note; what the book does not know stays, and
    the pack says so. `SANGAO_TERMS=off` leaves every chart as it is. Raises SangaoError as `Chart.from_dict` does.

    >>> found = read({"on": "2025-10-09", "medications": [{"name": "厄贝沙坦氢氯噻嗪片 150mg"}, {"code": "C09AA02"}]})
    >>> [(entry.key, entry.by) for entry in found.lists["medications"]]
    [('arb', 'fact'), ('thiazide', 'fact'), ('C09AA02', 'code')]
    """
    plain = not isinstance(given, Mapping) or not any(isinstance(given.get(name), list | tuple) for name in READ)
    if plain or os.environ.get("SANGAO_TERMS") == "off":
        return Chart.from_dict(given)
    known = terms or book()
    problems: list[Problem] = []
    lists = {
        name: [read for item in given[name] for read in _item(name, item, known, problems)]
        for name in READ
        if isinstance(given.get(name), list | tuple)
    }
    chart = Chart.from_dict({**given, **lists})
    return replace(chart, problems=(*chart.problems, *problems)) if problems else chart


def entries(name: str, entry: Entry, text: str, terms: Book) -> tuple[Entry, ...] | None:
    """Return the entries to put in place of one of the list `name`, None to leave it as it stands.

    `text` is the name beside a code. No entry at all: a drug that is known and that no fact speaks of.

    >>> [one.key for one in entries("medications", Entry("安博诺", "name", source="HIS"), "", book()) or ()]
    ['arb', 'thiazide']
    >>> entries("medications", Entry("C09AA02", "code"), "", book()) is None
    True
    """
    code, named = (entry.key, text) if entry.by == "code" else ("", text or entry.key)
    if name not in READ or (entry.by == "fact" and entry.key in terms.facts.get(name, ())):
        return None
    found = meant(name, None, code, named, word(entry.status) in REFUTED, terms)
    if found:
        return tuple(replace(entry, key=fact, by="fact") for fact in found)
    return () if name == "medications" and named and terms.bystander(named) else None


def meant(name: str, system: str | None, code: str, text: str, refuted: bool, terms: Book) -> tuple[str, ...]:
    """Return the facts to write for an item of a list; none where the core reads it as well by itself.

    None too for a refuted item of several facts: not all of them together denies no single one.
    """
    if name == "family_history":
        return terms.relative(system, code, text)
    if name == "medications":
        by_code, found = terms.drug(system, code), terms.drug(system, code, text)
    else:
        by_code, found = terms.condition(system, code), terms.condition(system, code, text)
        by_code = () if terms.diagnoses.more(code) else by_code
    if code and set(found) == set(by_code):
        return ()
    sharpest = _sharpest(found, refuted, terms.drugs if name == "medications" else terms.diagnoses)
    plainly = not code and sharpest == (terms.own_names.get(normalise(text).lower()),)
    return () if plainly or (refuted and len(sharpest) > 1) else sharpest


def _sharpest(found: tuple[str, ...], refuted: bool, known: Drugs | Diagnoses) -> tuple[str, ...]:
    """Return the facts without those the core concludes by itself, and of a refuted item without all it implies.

    INVARIANT: who stopped one drug, or does not have one kind of a disease, may well have another of the same class.
    """
    broader = known.implied if refuted else known.contained
    concluded = {broad for one in found for broad in closed((one,), broader)[1:]}
    return tuple(one for one in found if one not in concluded)


def _item(name: str, item: Any, terms: Book, problems: list[Problem]) -> Iterator[Any]:
    """Yield an item as it shall stand in its list: as it was, as the facts it says, or not at all."""
    given = {"fact": item} if isinstance(item, str) else item if isinstance(item, Mapping) else {}
    fact, code, text, system = (one if isinstance(one := given.get(key), str) else "" for key in _NAMED)
    if within(given) or fact in terms.facts.get(name, ()):
        yield item
        return
    rest = {key: value for key, value in given.items() if key not in _NAMED}
    refuted = word(rest.get("status")) in REFUTED
    found = meant(name, system, code, text or fact, refuted, terms)
    if found:
        source = "、".join(str(one) for one in (text or fact or code, rest.get("source")) if one)
        yield from ({**rest, "fact": one, "source": source} for one in found)
    elif name == "medications" and (text or fact) and terms.bystander(text or fact):
        problems.append(bystander(text or fact))
    else:
        yield item
