"""What a document says it can answer, before anything of it is lowered."""

from sangao.engine.pack import ir
from sangao.engine.passes.work import Entry, Work
from sangao.engine.quantity import unit_name
from sangao.engine.rules.documents import AdviceDoc, Asked, CriteriaDoc, RuleDoc, TableDoc

TRUTHS = ("false", "true")


def outcome_of(doc: RuleDoc) -> ir.Outcome:
    """Return the outcomes of a document; a number's grid is found when its branches are lowered."""
    match doc:
        case AdviceDoc():
            return ir.Outcome("bool", TRUTHS)
        case CriteriaDoc(gives="set"):
            return ir.Outcome("set", tuple(str(item.id) for item in doc.items))
        case CriteriaDoc(gives="count"):
            return ir.Outcome("number")
        case CriteriaDoc():
            return ir.Outcome("bool", TRUTHS)
        case Asked(order=order) if order is not None:
            codes = tuple(str(code) for code in order)
            return ir.Outcome("set", codes) if _collects(doc) else ir.Outcome("code", codes, True)
        case Asked(outcomes=given) if given is not None:
            codes = TRUTHS if given.kind == "bool" else tuple(str(code) for code in given.codes)
            if given.kind == "code" and _collects(doc):
                return ir.Outcome("set", codes)
            return ir.Outcome(given.kind, codes, unit=unit_name(given.unit or ""))
    return ir.Outcome("number")


def _collects(doc: RuleDoc) -> bool:
    return isinstance(doc, TableDoc) and doc.hit == "collect"


def named(entry: Entry, work: Work) -> str:
    """Return the id a document's decision has in this pack; what came along hidden carries its pack's name."""
    return work.named.setdefault(entry, f"{entry.id}@{entry.scope.pack.pack}")
