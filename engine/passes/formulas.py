"""Formula documents: registered, with every input named, in the units the equation is stated in."""

from sangao.engine.formulas import FORMULAS, Slot
from sangao.engine.passes.work import Scope, Work, nearest
from sangao.engine.quantity import unit_name
from sangao.engine.rules.documents import FormulaDoc
from sangao.engine.rules.text import Text


def check_formulas(scope: Scope, work: Work) -> None:
    """Report what is wrong with the formulas of a scope; a formula with a problem is left out."""
    for fact, doc in list(scope.formulas.items()):
        before = len(work.problems)
        _check(doc, work)
        if len(work.problems) > before:
            del scope.formulas[fact]
    _no_circle(scope, work)


def _check(doc: FormulaDoc, work: Work) -> None:
    formula = FORMULAS.get(str(doc.use))
    if formula is None:
        work.report("meaning.unknown_formula", doc.use, name=doc.use, nearest=nearest(doc.use, FORMULAS))
        return
    _fits(doc.formula, Slot(str(doc.formula), formula.unit, 1), work)
    slots = {slot.name: slot for slot in formula.inputs}
    listed = "、".join(slots)
    for name, fact in doc.inputs.items():
        if str(name) in slots:
            _fits(fact, slots[str(name)], work)
        else:
            work.report("meaning.formula_input", name, formula=formula.id, name=name, inputs=listed)
    for slot in slots:
        if slot not in doc.inputs:
            work.report("meaning.formula_input", doc.formula, formula=formula.id, name=slot, inputs=listed)


def _fits(fact: Text, slot: Slot, work: Work) -> None:
    declared = work.dictionary.facts.get(str(fact))
    if declared is None:
        work.report("rules.unknown_fact", fact, given=fact, nearest=nearest(fact, work.dictionary.facts))
    elif slot.codes:
        if declared.kind != "code" or not set(declared.values) <= set(slot.codes):
            work.report("meaning.formula_codes", fact, name=fact, values="、".join(slot.codes))
    elif declared.kind != "number":
        work.report("meaning.formula_number", fact, name=fact)
    elif unit_name(declared.unit) != unit_name(slot.unit):
        work.report("meaning.unit", fact, left=declared.unit, right=slot.unit)


def _no_circle(scope: Scope, work: Work) -> None:
    for start, doc in scope.formulas.items():
        seen: set[str] = set()
        pending = [str(fact) for fact in doc.inputs.values()]
        while pending:
            fact = pending.pop()
            if fact == start:
                work.report("meaning.cycle", doc.formula, cycle=f"{start} → … → {start}")
                break
            if fact not in seen and fact in scope.formulas:
                pending += [str(one) for one in scope.formulas[fact].inputs.values()]
            seen.add(fact)
