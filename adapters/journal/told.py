"""From an answer to an entry: the facts as chart JSON, the decisions and the advice in a short form.

The short form holds what an answer claims (value, status, bounds), not its argument: pack and facts give that again.

>>> from sangao.engine.guide import load
>>> pack, chart = load("htn_guideline_2018"), Chart.of({"dbp_office": 112}, on="2025-03-09")
>>> entry = entry_of(pack, chart, {"htn.grade": pack.decide("htn.grade", chart)}, service="api")
>>> entry.answer["decisions"]["htn.grade"]["value"], Chart.from_dict(entry.facts).hash() == entry.chart_hash
('grade3', True)
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sangao.adapters.journal.entry import Entry
from sangao.engine.answer import Answer
from sangao.engine.chart import Chart, Reading
from sangao.engine.chart import Entry as Item
from sangao.engine.guide import Pack
from sangao.engine.run import answers
from sangao.engine.run.advice import Item as Advised


def entry_of(
    pack: Pack,
    chart: Chart,
    decisions: Mapping[str, Answer],
    *,
    service: str,
    tenant: str = "",
    advice: Iterable[Advised] | None = None,
    sent: Any = None,
) -> Entry:
    """Return the entry of an answer that is about to leave: what was decided, what was advised (`Result.advice.shown`
    and `folded`; None where none was asked for), how many problems of which code the chart had, and where it differs
    from those what was sent (cards, a page).
    """
    answer: dict[str, Any] = {"decisions": {name: brief(one) for name, one in decisions.items()}}
    problems = Counter(one.code for one in pack.problems(chart))
    if problems:
        answer["problems"] = dict(problems)
    if advice is not None:
        answer["advice"] = {one.ids[0]: advised(one) for one in advice}
    if sent is not None:
        answer["sent"] = sent
    return Entry(service, pack.id, pack.hash, chart.hash(), answer, facts_of(pack, chart), tenant)


def brief(answer: Answer) -> dict[str, Any]:
    """Return what an answer claims; of one without ends also what is possible."""
    found = {
        "value": answers.as_json(answer.value),
        "status": answer.status,
        "at_least": answers.as_json(answer.at_least),
        "at_most": answers.as_json(answer.at_most),
    }
    if answer.status == "unknown" and answer.at_least is None:
        found["possible"] = [answers.as_json(one) for one in answer.possible]
    return found


def advised(item: Advised) -> dict[str, Any]:
    """Return what an advice claims: how urgent, whether it is a question, the permission of a drug class."""
    found: dict[str, Any] = {"urgency": item.urgency, "status": item.status, "question": item.question}
    if item.start is not None or item.go_on is not None:
        found["permission"] = {"start": item.start, "continue": item.go_on}
    return found


def facts_of(pack: Pack, chart: Chart) -> dict[str, Any]:
    """Return the chart as chart JSON, without who it is and without what the pack has no fact for.

    Where nothing was left out it reads back to a chart of the same hash.
    """
    unknown = {one.fact for one in pack.problems(chart) if one.code == "chart.unknown_fact"}
    lists = {name: [_item(one) for one in items] for name, items in chart.lists.items()}
    return {
        "schema": "sangao.chart/1",
        "on": chart.on.isoformat(),
        "readings": [_reading(one) for one in chart.readings if one.fact not in unknown],
        **lists,
        "complete": sorted(chart.complete),
    }


_PLAIN = (str, int, float, bool)
_READING = ("unit", "at", "source")
_ITEM = (("since", "start"), ("until", "end"), ("status", "status"), ("source", "source"), ("dose", "dose"))


def _reading(one: Reading) -> dict[str, Any]:
    found = {"fact": one.fact, "value": one.value if isinstance(one.value, _PLAIN) else str(one.value)}
    for name in _READING:
        if (part := getattr(one, name)) is not None:
            found[name] = part
    if one.qualifiers:
        found.update(one.qualifiers)
    return found


def _item(one: Item) -> dict[str, Any]:
    found = {one.by: one.key}
    for name, where in _ITEM:
        if (part := getattr(one, where)) is not None:
            found[name] = part
    return found
