"""Conflicts of rules that meet in one pack: drugs one recommends and another forbids, goals that authorities put apart.

Of a drug class the strictest rule is shown and the others are named as overruled; the check reports every such meeting
as a note, with a patient whom it concerns and both rules. A question that several decisions answer (`questions:` of
pack.yaml) is open wherever their answers differ: the advice that shows it must hold there, or the pack does not load.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from sangao.engine.errors import Problem
from sangao.engine.lattice import freest
from sangao.engine.pack import ir
from sangao.engine.passes.checks.space import Space
from sangao.engine.passes.checks.study import Study, span
from sangao.engine.passes.checks.witness import boxes, ready_case, said

FORBID = frozenset({"contraindicated", "stop", "avoid"})


def hidden(about: Study) -> list[Problem]:
    """Return the open questions whose answers differ where nothing shows it."""
    return [one for question in about.pack.questions for one in _hidden(about, question)]


def overruled(about: Study) -> list[Problem]:
    """Return the drugs that one rule recommends where another forbids them."""
    return list(_overruled(about))


# --- questions --------------------------------------------------------------------------------------------------------
def _hidden(about: Study, question: ir.Question) -> Iterator[Problem]:
    shown = about.pack.decisions[question.shown_by]
    for one, other in combinations(question.between, 2):
        decisions = [about.pack.decisions[id] for id in (one, other)]

        def build(space: Space, decisions: Sequence[ir.Decision] = decisions) -> int:
            assert isinstance(shown.form, ir.Advice)
            apart = _apart(space, question, decisions)
            asked = space.truth(question.where) if question.where is not None else space.d.true
            return space.d.without(space.d.both(apart, asked), space.truth(shown.form.when))

        space = Space(about.pack, build)
        region = build(space)
        path = space.d.pick(region)
        if path is not None:
            zh, en = (said(about, space, boxes(space, region, space.d.false)[0], lang) for lang in ("zh", "en"))
            case = ready_case(about, space, path, question.shown_by, "value: true")
            parts = {"one": one, "other": other, "shown": question.shown_by, "zh": zh, "en": en, "case": case}
            yield Problem("checks.hidden_choice", span(question.place), parts)


def _apart(space: Space, question: ir.Question, decisions: Sequence[ir.Decision]) -> int:
    """Return where two decisions both answer, and nothing that one says is said by the other."""
    words = [_words(space, question, decision) for decision in decisions]
    speaks = [space.d.any(said.values()) for said in words]
    same = [space.d.both(here, words[1][word]) for word, here in words[0].items() if word in words[1]]
    return space.d.without(space.d.all(speaks), space.d.any(same))


def _words(space: Space, question: ir.Question, decision: ir.Decision) -> dict[str, int]:
    """Return, per word that a decision can answer with, where it does; silent outcomes say nothing."""
    found: dict[str, int] = {}
    like = dict(question.alike)
    for i, code in enumerate(decision.outcome.codes):
        if code in question.silent:
            continue
        if decision.outcome.kind == "set":
            here = space.items(decision.id)[i]
        else:
            here = space.member(ir.Ask(decision.id), 1 << i)
        word = like.get(f"{decision.id}={code}", code)
        found[word] = space.d.either(found.get(word, space.d.false), here)
    return found


# --- drugs ------------------------------------------------------------------------------------------------------------
def _overruled(about: Study) -> Iterator[Problem]:
    drugs = [
        (one, one.form)
        for one in about.pack.decisions.values()
        if isinstance(one.form, ir.Advice) and one.form.drug_class is not None and not one.hidden
    ]
    classes = about.pack.dictionary.classes
    bans: dict[str, list[ir.Decision]] = {}
    for one, form in drugs:
        if form.start in FORBID:
            bans.setdefault(form.drug_class or "", []).append(one)
    for wish, form in drugs:
        if form.start != "recommend":
            continue
        drug = form.drug_class or ""
        wider = [name for name, kinds in classes.items() if drug in kinds]
        against: list[tuple[ir.Decision, ...]] = [(ban,) for name in (drug, *wider) for ban in bans.get(name, ())]
        each = [bans.get(kind, []) for kind in classes.get(drug, ())]
        if each and all(each):  # a choice is lost only where each it holds is forbidden
            against += list(product(*each))
        for found in against:
            if about.only is None or about.only & {wish.id, *(one.id for one in found)}:
                yield from _meeting(about, wish, found)


def _meeting(about: Study, wish: ir.Decision, bans: Sequence[ir.Decision]) -> Iterator[Problem]:
    together = ir.Both(tuple(ir.Ask(one.id) for one in (wish, *bans)))
    space = Space(about.pack, lambda one: one.truth(together), inline=True)
    path = space.d.pick(space.truth(together))
    if path is None:
        return
    starts = [one.form.start for one in bans if isinstance(one.form, ir.Advice)]
    parts = {
        "wish": wish.id,
        "ban": ", ".join(one.id for one in bans),
        "shown": freest(starts),
        "wish_rows": _rows(about, wish),
        "ban_rows": ", ".join(_rows(about, one) for one in bans),
        "case": ready_case(about, space, path, bans[0].id, "value: true"),
    }
    yield about.problem("checks.overruled", wish.id, *(one.id for one in bans), **parts)


def _rows(about: Study, advice: ir.Decision) -> str:
    words = about.pack.words.get(advice.id, ir.Words())
    return ", ".join((*words.cite, *words.about)) or "—"
