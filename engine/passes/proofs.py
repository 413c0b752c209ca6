"""Promises and cases, lowered: what `sangao check` proves, refutes or runs."""

import json
import re
from typing import Any

from sangao.engine.language.tree import Name
from sangao.engine.pack import ir
from sangao.engine.passes import resolve
from sangao.engine.passes.backing import row_exists
from sangao.engine.passes.lower import condition, truth
from sangao.engine.passes.measures import cohort_cases
from sangao.engine.passes.order import decision
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import Entry, Work, nearest
from sangao.engine.rules.documents import CaseDoc, CohortCaseDoc, EntryDoc, GiveDoc, ReadingDoc, RuleDoc, TableDoc
from sangao.engine.rules.text import Text

MONOTONE = re.compile(r"\s*raising\s+(\S+)\s+never\s+(lowers|raises)\s+(\S+)\s*")
IMPLIES = re.compile(r"\s+implies\s+")
LISTS = ("conditions", "symptoms", "medications", "family_history")


def promise(work: Work) -> Work:
    """Lower the promises of the pack's documents; of packs brought in only what can never hold, for it limits ours."""
    for entry, made in list(work.lowered.items()):
        if made is None or made.id not in work.decisions:
            continue
        own = entry.scope is work.root or bool(work.overlays)  # an overlay keeps every promise of every pack
        for text in entry.doc.promises if own else ():
            with work.going_on():
                work.promises += _promise(text, entry, made, work)
        for text in entry.doc.never:
            if not own and not _asked_already(text, entry, work):
                continue
            with work.going_on():
                here = Here(work, entry.scope, entry.doc.let)
                left = condition(text, here)
                work.promises.append(ir.Promise("never", str(text), str(text.place()), made.id, left=left))
                work.promised.update(here.reads)
    return work


def _asked_already(text: Text, entry: Entry, work: Work) -> bool:
    named = {node for node in _names(resolve.parsed(text, work)) if node in entry.scope.names}
    return all(entry.scope.names[name] in work.lowered for name in named)


def _names(node: Any) -> set[str]:
    from sangao.engine.language.tree import children

    found = {node.id} if isinstance(node, Name) else set()
    return found.union(*(_names(child) for child in children(node)))


def _promise(text: Text, entry: Entry, made: ir.Decision, work: Work) -> list[ir.Promise]:
    here = Here(work, entry.scope, entry.doc.let)
    monotone = MONOTONE.fullmatch(str(text))
    if monotone:
        return _monotone(text, monotone, entry.doc, here)
    sides = list(IMPLIES.finditer(str(text)))
    if len(sides) != 1:
        raise work.fail("meaning.promise", text)
    at = sides[0]
    left = _side(str(text)[: at.start()], text, 0, here)
    right = _side(str(text)[at.end() :], text, at.end(), here)
    work.promised.update(here.reads)
    return [ir.Promise("implies", str(text), str(text.place()), made.id, left=left, right=right)]


def _monotone(text: Text, match: re.Match[str], doc: RuleDoc, here: Here) -> list[ir.Promise]:
    """A promise about a fact speaks of every value of it that the decision rests on: its bare name, last, mean."""
    work, scope = here.work, here.scope
    name, wanted = _fact(match[1], doc, text, here), match[3]
    other = scope.names.get(wanted)
    if other is None:
        raise work.fail("meaning.unknown_decision", text, name=wanted, nearest=nearest(wanted, scope.names))
    about = decision(other, work, text.place())
    if about.outcome.kind == "set" or (about.outcome.kind == "code" and not about.outcome.ordered):
        raise work.fail("meaning.not_ordered", text, name=wanted)
    found = [leaf for leaf in work.leaves if leaf in _rests(about.id, work) and _value_of(work.leaves[leaf], name)]
    if not found:
        raise work.fail("meaning.promise_unread", text, name=match[1], decision=wanted)
    direction = 1 if match[2] == "lowers" else -1
    return [ir.Promise("monotone", str(text), str(text.place()), about.id, leaf, direction) for leaf in found]


def _value_of(leaf: ir.Leaf, fact: str) -> bool:
    match leaf.source:
        case ir.Bare(name) | ir.Derived(name):
            return name == fact
        case ir.Window(op, member=member):
            return member == fact and op in ("last", "first", "mean", "max", "min")
    return False


def _side(part: str, text: Text, offset: int, here: Here) -> ir.Expr:
    inset = text.inset + offset if text.inset >= 0 else text.inset
    return truth(resolve.read(Text(part, text.span, inset), here), here)


def _fact(name: str, doc: RuleDoc, text: Text, here: Here) -> str:
    """Return the fact a promise raises: by id, by synonym, or by the name of a table's input."""
    if isinstance(doc, TableDoc) and name in doc.inputs:
        name = str(doc.inputs[Text(name)].of)
    facts = here.work.dictionary.facts
    meant = here.work.synonyms.get(name, (name,))[0]
    if meant not in facts:
        raise here.work.fail("rules.unknown_fact", text, given=name, nearest=nearest(name, facts))
    if facts[meant].kind == "code" and not facts[meant].ordered:
        raise here.work.fail("meaning.not_ordered", text, name=meant)
    return meant


def _rests(id: str, work: Work) -> set[str]:
    """Return the leaves a decision rests on, its own and those of all it asks; a formula rests on its inputs too."""
    asked, found = [id], set[str]()
    for one in asked:
        asked += [other for other in work.decisions[one].asks if other not in asked]
        found.update(work.decisions[one].reads)
    pending = list(found)
    while pending:
        source = work.leaves[pending.pop()].source
        if isinstance(source, ir.Derived):
            pending += [leaf for leaf in source.inputs if leaf not in found]
            found.update(source.inputs)
    return found


def case(work: Work) -> Work:
    """Lower the cases: the chart as JSON with every value as it was given, the answer as it was expected."""
    for default, doc in work.root.cases:
        if work.overlays and not doc.local:
            continue  # the pack's own cases say what is right without the overlay
        with work.going_on():
            if isinstance(doc, CohortCaseDoc):
                work.cases += cohort_cases(default, doc, work)
            else:
                work.cases.append(_case(default, doc, work))
    return work


def _case(default: str | None, doc: CaseDoc, work: Work) -> ir.Case:
    decide = str(doc.decide) if doc.decide is not None else str(default)
    if decide not in work.root.names:
        where = doc.decide if doc.decide is not None else doc.span
        raise work.fail("meaning.unknown_decision", where, name=decide, nearest=nearest(decide, work.root.names))
    check_given(doc.give, work)
    _check_facts(doc, work)
    for row in doc.proves:
        row_exists(row, work)
    expect = {name: _plain(getattr(doc.expect, name)) for name in doc.expect.model_fields_set}
    _check_outcomes(doc, work.root.names[decide], work)
    on = str(doc.on) if doc.on is not None else str(work.root.pack.dates.start)
    give = json.dumps(chart_json(doc.give), ensure_ascii=False, sort_keys=True)
    answer = json.dumps(expect, ensure_ascii=False, sort_keys=True)
    return ir.Case(str(doc.it), decide, on, give, answer, tuple(str(row) for row in doc.proves), str(doc.span))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def chart_json(give: GiveDoc) -> dict[str, Any]:
    """Return the chart that a case gives, as chart JSON."""
    chart: dict[str, Any] = {"facts": {str(fact): str(value) for fact, value in give.facts.items()}}
    if give.readings:
        chart["readings"] = [one for reading in give.readings for one in _readings(reading)]
    for name in LISTS:
        entries: tuple[EntryDoc, ...] | None = getattr(give, name)
        if entries is not None:
            chart[name] = [_written(entry, EntryDoc) for entry in entries]
    if give.complete:
        chart["complete"] = [str(one) for one in give.complete]
    return chart


def _readings(reading: ReadingDoc) -> list[dict[str, Any]]:
    rest = {key: value for key, value in _written(reading, ReadingDoc).items() if key != "facts"}
    many = [{**rest, "fact": str(fact), "value": str(value)} for fact, value in reading.facts.items()]
    return many or [rest]


def _written(doc: EntryDoc | ReadingDoc, model: type[EntryDoc] | type[ReadingDoc]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        value = getattr(doc, name)
        if value is not None and not isinstance(value, dict):
            found[info.alias or name] = str(value)
    return found


def check_given(give: GiveDoc, work: Work) -> None:
    """Report the facts of a case's chart that nobody declared."""
    named: list[Text] = list(give.facts)
    for reading in give.readings:
        named += [*reading.facts, *([reading.fact] if reading.fact is not None else [])]
    for name in LISTS:
        named += [entry.fact for entry in getattr(give, name) or () if entry.fact is not None]
    _declared(named, work)


def _check_facts(doc: CaseDoc, work: Work) -> None:
    named = [fact for group in doc.expect.missing or () for fact in group]
    named += [*(doc.expect.assumed or ()), *([doc.expect.ask_first] if doc.expect.ask_first is not None else [])]
    _declared(named, work)


def _declared(named: list[Text], work: Work) -> None:
    facts = work.dictionary.facts
    for fact in named:
        if str(fact) not in facts:
            work.report("rules.unknown_fact", fact, given=fact, nearest=nearest(fact, facts))


def _check_outcomes(doc: CaseDoc, entry: Entry, work: Work) -> None:
    made = work.lowered.get(entry)
    if made is None or not made.outcome.codes:
        return
    expect = doc.expect
    given = [
        code
        for one in (expect.value, expect.at_least, expect.at_most, expect.possible)
        if one is not None
        for code in (one if isinstance(one, tuple) else (one,))
    ]
    for code in given:
        if str(code) not in made.outcome.codes:
            near = nearest(code, made.outcome.codes)
            work.report("rules.unknown_outcome", code, given=code, nearest=near)
