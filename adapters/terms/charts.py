"""A plain chart with the book applied: what its lists name is every fact the book knows it to be, before the core.

The core knows no host and no brand: it matches an id, a name of a fact, or the beginning of a code. A combination is
several drugs, `降压0号` is four, and a name on a prescription carries salt, form and strength. So readers apply the
book, and what the core reads by itself is left exactly as it stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sangao.adapters.terms.book import Book, book
from sangao.adapters.terms.prefixes import closed
from sangao.adapters.terms.problems import bystander
from sangao.engine.chart import Chart
from sangao.engine.errors import Problem
from sangao.engine.run.lists import REFUTED

READ = ("conditions", "medications", "family_history")
"""The lists of a chart that the book reads."""
_NAMED = ("fact", "code", "name", "system")


def read(given: Mapping[str, Any], terms: Book | None = None) -> Chart:
    """Return the chart of a chart JSON with the book applied to its lists.

    A drug that is known and that no fact speaks of leaves the list, with a note; what the book does not know stays, and
    the pack says so. Raises SangaoError as `Chart.from_dict` does.

    >>> found = read({"on": "2025-10-09", "medications": [{"name": "厄贝沙坦氢氯噻嗪片 150mg"}, {"code": "C09AA02"}]})
    >>> [(entry.key, entry.by) for entry in found.lists["medications"]]
    [('arb', 'fact'), ('thiazide', 'fact'), ('C09AA02', 'code')]
    """
    if not isinstance(given, Mapping) or not any(isinstance(given.get(name), list | tuple) for name in READ):
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


def _item(name: str, item: Any, terms: Book, problems: list[Problem]) -> Iterator[Any]:
    """Yield an item as it shall stand in its list: as it was, as the facts it says, or not at all."""
    fact, code, text = _said(item)
    if fact in terms.facts.get(name, ()):
        yield item
        return
    text = text or fact
    rest = {key: value for key, value in item.items() if key not in _NAMED} if isinstance(item, Mapping) else {}
    found = _meant(name, item, code, text, terms)
    if name != "family_history":
        found = _sharpest(name, found, str(rest.get("status") or "").strip().lower() in REFUTED, terms)
    if found:
        source = "、".join(str(one) for one in (text or code, rest.get("source")) if one)
        yield from ({**rest, "fact": one, "source": source} for one in found)
    elif name == "medications" and text and terms.bystander(text):
        problems.append(bystander(text))
    else:
        yield item


def _said(item: Any) -> tuple[str, str, str]:
    """Return what an item gives as fact, code and name, each empty where it gives none."""
    if isinstance(item, str):
        return item, "", ""
    if not isinstance(item, Mapping):
        return "", "", ""
    fact, code, text = (item.get(key) for key in ("fact", "code", "name"))
    return tuple(one if isinstance(one, str) else "" for one in (fact, code, text))  # type: ignore[return-value]


def _meant(name: str, item: Any, code: str, text: str, terms: Book) -> tuple[str, ...]:
    """Return the facts to write in place of an item; none where the pack reads it as well by itself."""
    system = item.get("system") if isinstance(item, Mapping) else None
    system = system if isinstance(system, str) else None
    if name == "medications":
        by_code, found = terms.drug(system, code), terms.drug(system, code, text)
    elif name == "conditions":
        by_code, found = terms.condition(system, code), terms.condition(system, code, text)
        by_code = () if terms.diagnoses.more(code) else by_code
    else:
        return terms.relative(system, code, text)
    return () if code and set(found) == set(by_code) else found


def _sharpest(name: str, found: tuple[str, ...], refuted: bool, terms: Book) -> tuple[str, ...]:
    """Return the facts without those the core concludes by itself, and of a refuted item without all it implies.

    INVARIANT: who stopped one drug, or does not have one kind of a disease, may well have another of the same class.
    """
    known = terms.drugs if name == "medications" else terms.diagnoses
    broader = known.implied if refuted else known.contained
    concluded = {broad for one in found for broad in closed((one,), broader)[1:]}
    return tuple(one for one in found if one not in concluded)
