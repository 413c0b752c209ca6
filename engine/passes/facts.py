"""The shared folder → the fact dictionary; occasion rules of a pack; guards and contradictions compiled."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from sangao.engine.fact import Consistency, Dictionary, Fact, Group, Unit
from sangao.engine.pack import ir
from sangao.engine.passes.leaves import in_order, reads
from sangao.engine.passes.lower import condition
from sangao.engine.passes.resolve import Here
from sangao.engine.passes.work import Scope, Work, nearest
from sangao.engine.quantity import decimal_text, normalise, parse, parse_span, unit_name
from sangao.engine.rules.documents import FactDoc, OccasionDoc, UnitDoc
from sangao.engine.rules.folder import Shared
from sangao.engine.rules.text import Text


def dictionary(shared: Shared) -> Dictionary:
    """Return the declared facts, groups and consistency rules, with exact numbers."""
    facts = {str(id): _fact(str(id), doc) for id, doc in shared.facts.items()}
    groups = {
        str(id): Group(str(id), str(doc.name.zh), str(doc.name.en), tuple(str(one) for one in doc.members))
        for id, doc in shared.groups.items()
    }
    classes = {str(id): tuple(str(one) for one in kinds) for id, kinds in shared.classes.items()}
    return Dictionary(facts, groups, classes=classes)


def _fact(id: str, doc: FactDoc) -> Fact:
    units = [Unit(str(doc.unit))] if doc.unit is not None else []
    units += [_unit(str(name), unit) for name, unit in doc.units.items()]
    grid = Fraction(doc.grid) if doc.grid is not None else Fraction(1)
    return Fact(
        id,
        doc.kind,
        str(doc.name.zh),
        str(doc.name.en),
        tuple(units),
        grid,
        Fraction(doc.resolution) if doc.resolution is not None else grid,
        _pair(doc.hard),
        _pair(doc.warn),
        tuple(str(value) for value in doc.values),
        tuple((str(names.zh), str(names.en)) for names in doc.values.values()),
        doc.ordered,
        doc.absent,
        doc.host_list,
        str(doc.false_when) if doc.false_when is not None else None,
        str(doc.group) if doc.group is not None else None,
        str(doc.valid_for) if doc.valid_for is not None else None,
        doc.lasting,
        doc.actionable,
        3 if doc.cost is None else doc.cost,
        doc.site,
        tuple((str(system), tuple(str(code) for code in codes)) for system, codes in doc.codes.items()),
        synonyms=tuple(str(one) for one in doc.synonyms),
        about=tuple(str(row) for row in doc.about),
        never=doc.never,
        spellings=tuple((str(text), tuple(str(one) for one in codes)) for text, codes in doc.spellings.items()),
        ahead=doc.ahead,
        select=tuple(
            (str(qualifier), str(value), str(target))
            for qualifier, targets in doc.select.items()
            for value, target in targets.items()
        ),
    )


def _unit(name: str, doc: UnitDoc) -> Unit:
    above, _, below = str(doc.times).partition("/")
    return Unit(name, Fraction(above) / Fraction(below or 1), Fraction(str(doc.plus or "0")))


def _pair(ends: tuple[Text, Text] | None) -> tuple[Fraction, Fraction] | None:
    return None if ends is None else (Fraction(ends[0]), Fraction(ends[1]))


def fits(fact: Fact, text: str) -> bool:
    """Return whether a text is a value of a fact, as a site setting may be written."""
    match fact.kind:
        case "bool":
            return text in ("true", "false")
        case "code":
            return text in fact.values
        case "date":
            return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
    found = parse(text)
    units = {"", *(unit_name(unit.name) for unit in fact.units)}
    if found is None or unit_name(found[1]) not in units:
        return False
    written = next((unit for unit in fact.units if unit_name(unit.name) == unit_name(found[1])), Unit(""))
    value = found[0] * written.factor + written.offset
    return fact.hard is None or fact.hard[0] <= value <= fact.hard[1]


def wanted(fact: Fact) -> dict[str, str]:
    """Return what a site setting of a fact may be, as words of a message.

    >>> wanted(Fact("has_lab", "bool", "有化验室", "has a laboratory"))["en"]
    'true or false'
    """
    match fact.kind:
        case "bool":
            return {"zh": " true 或 false", "en": "true or false"}
        case "code":
            return {"zh": f"以下之一:{'、'.join(fact.values)}", "en": f"one of {', '.join(fact.values)}"}
        case "date":
            return {"zh": "日期,如 2025-03-09", "en": "a day such as 2025-03-09"}
    ends = [decimal_text(end) for end in fact.hard or ()]
    between = (
        {"zh": f" {ends[0]} 到 {ends[1]} 的", "en": f" from {ends[0]} to {ends[1]}"} if ends else {"zh": "", "en": ""}
    )
    return {
        "zh": f"{between['zh']}数,单位 {fact.unit}".strip(),
        "en": f"a number{between['en']} with its unit {fact.unit}",
    }


def spellings(facts: Mapping[str, Fact]) -> dict[str, tuple[str, ...]]:
    """Return every other name of a fact with the facts it may mean."""
    found: dict[str, dict[str, None]] = {}
    for fact in facts.values():
        for name in (fact.zh, fact.en, *fact.synonyms):
            found.setdefault(normalise(name), {})[fact.id] = None
    return {name: tuple(ids) for name, ids in found.items() if name not in facts}


def occasion_rules(scope: Scope, work: Work) -> None:
    """Set the occasion rules of a scope over the dictionary's default."""
    for name, doc in scope.pack.occasion.items():
        group = work.dictionary.groups.get(str(name))
        if group is None:
            work.report("rules.unknown_group", name, given=name, nearest=nearest(name, work.dictionary.groups))
            continue
        with work.going_on():
            scope.rules[group.id] = _rule(group, doc, work)


def _rule(group: Group, doc: OccasionDoc, work: Work) -> Group:
    text = doc.repeat_over if doc.repeat_over is not None else doc.repeat_from
    cite = tuple(str(row) for row in doc.cite)
    if text is None:
        return replace(group, occasion=doc.take, cite=cite)
    units = {unit_name(work.dictionary.facts[one].unit) for one in group.members}
    found = parse(str(text))
    if found is None or units != {unit_name(found[1])}:
        raise work.fail("meaning.unit", text, left="、".join(sorted(units)), right=found[1] if found else text)
    return replace(group, occasion=doc.take, repeat_over=found[0], repeat_at=doc.repeat_from is not None, cite=cite)


def guard(work: Work, shared: Shared) -> Work:
    """Compile `false_when` and the consistency rules, over values named by fact id."""
    everything = frozenset(work.dictionary.facts)
    for id, doc in shared.facts.items():
        for value in doc.values:
            if str(value) == "unknown":  # a rule could then ask whether something is known
                work.report("meaning.unknown_value", value, name=id)
        if doc.valid_for is not None and parse_span(doc.valid_for) is None:
            work.report("language.span", doc.valid_for, found=doc.valid_for)
        if doc.false_when is not None:
            with work.going_on():
                here = Here(work, work.root, only=everything - {str(id)}, inside="false_when")
                work.guards[str(id)] = condition(doc.false_when, here)
    rules: list[Consistency] = []
    compiled: list[ir.Contradiction] = []
    for rule in shared.consistency:
        group = work.dictionary.groups.get(str(rule.group)) if rule.group is not None else None
        only = frozenset(group.members) if group else everything
        with work.going_on():
            when = condition(rule.never, Here(work, work.root, only=only, inside=str(rule.group or "never")))
            facts = in_order(reads(when), work)
            words = str(rule.name.zh), str(rule.name.en)
            rules.append(Consistency(str(rule.never), facts, *words, group.id if group else None))
            compiled.append(ir.Contradiction(when, facts, *words, group.id if group else None))
    work.dictionary = replace(work.dictionary, consistency=tuple(rules))
    work.contradictions = tuple(compiled)
    return work
