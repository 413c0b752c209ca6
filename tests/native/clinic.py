"""A pack by hand with all that a program for hosts can hold: equations, windows, lists, a guard, a contradiction."""

from fractions import Fraction

from sangao.engine.fact import Dictionary, Fact, Group, Unit
from sangao.engine.pack import ir
from sangao.engine.quantity import Span
from sangao.engine.quantity.span import THIS_YEAR

HUNDREDTH = Fraction(1, 100)


def number(name: str, unit: str, low: int, high: int, grid: Fraction = HUNDREDTH, group: str | None = None) -> Fact:
    """Return a fact that is a number."""
    hard = (Fraction(low), Fraction(high))
    return Fact(name, "number", name, name, (Unit(unit), Unit("other", Fraction(7))), grid, hard=hard, group=group)


def listed(name: str, *codes: str) -> Fact:
    """Return a condition."""
    return Fact(name, "bool", name, name, absent="assume_false", list="conditions", codes=(("icd10", codes),))


def clinic() -> ir.Pack:
    """Return the pack."""
    facts = (
        number("sbp", "mmHg", 40, 320, group="bp"),
        number("dbp", "mmHg", 20, 220, group="bp"),
        number("weight", "kg", 20, 350),
        number("height", "cm", 100, 250),
        number("bmi", "kg/m2", 8, 100, Fraction(1, 1000)),
        number("creatinine", "umol/L", 5, 3000),
        number("age", "years", 0, 130, Fraction(1)),
        number("egfr", "mL/min/1.73m2", 0, 250),
        Fact("sex", "code", "sex", "sex", values=("male", "female")),
        Fact("pregnant", "bool", "pregnant", "pregnant", absent="must_ask"),
        Fact("seen", "date", "seen", "seen"),
        listed("heart", "I2", "I5"),
        listed("infarction", "I21"),
    )
    high = ir.Either(
        (ir.Compare(">=", ir.Read("sbp"), ir.Int(14_000)), ir.Compare(">=", ir.Read("dbp"), ir.Int(9_000)))
    )
    leaves = [ir.Leaf(x.id, x.kind, ir.Bare(x.id), (x.id,), x.unit, x.grid, values=x.values) for x in facts]
    by_formula = {"bmi": ("bmi@1", ("weight", "height")), "egfr": ("egfr_ckd_epi_2009@1", ("creatinine", "age", "sex"))}
    for i, leaf in enumerate(leaves):
        if leaf.id in by_formula:
            formula, inputs = by_formula[leaf.id]
            source = ir.Derived(leaf.id, formula, inputs)
            leaves[i] = ir.Leaf(leaf.id, "number", source, (leaf.id, *inputs), leaf.unit, leaf.step, 0, 100_000)
    pressure = ("sbp", "dbp")
    leaves += [
        ir.Leaf("since", "number", ir.Window("days_since", "seen"), ("seen",), "days"),
        ir.Leaf("days", "number", ir.Window("days", "bp", where=high), pressure),
        ir.Leaf("twice", "bool", ir.Window("running", "bp", where=high, n=2), pressure),
        ir.Leaf("mean", "number", ir.Window("mean", "bp", "sbp"), pressure, "mmHg", HUNDREDTH),
        ir.Leaf("next", "date", ir.Window("due", "seen"), ("seen",)),
        ir.Leaf("month", "date", ir.Window("due", "seen", within=Span(months=1)), ("seen",)),
        ir.Leaf("weeks", "date", ir.Window("due", "seen", within=Span(days=28)), ("seen",)),
        ir.Leaf("year", "date", ir.Window("due", "seen", within=THIS_YEAR), ("seen",)),
    ]
    decisions = {}
    for leaf in leaves:
        form = ir.Tree(ir.Branch("default", ir.Always(2), ir.Read(leaf.id)))
        outcome = ir.Outcome("date" if leaf.kind == "date" else "number", (), True, leaf.unit, leaf.step)
        if leaf.kind in ("bool", "code"):
            form = ir.Tree(ir.Branch("default", ir.Always(2), 0, (ir.Branch("one", truth(leaf), 1),)))
            outcome = ir.Outcome("bool", ("false", "true"), True)
        decisions[leaf.id] = ir.Decision(leaf.id, outcome, form, (leaf.id,))
    lower = ir.Compare("<=", ir.Read("sbp"), ir.Read("dbp"))
    return ir.Pack(
        ir.Meta("clinic", "1", "clinic", "诊所", "clinic", "project", ""),
        Dictionary({x.id: x for x in facts}, {"bp": Group("bp", "血压", "blood pressure", pressure)}),
        {x.id: x for x in leaves},
        decisions,
        guards={"pregnant": ir.Member(ir.Read("sex"), 1)},
        contradictions=(ir.Contradiction(lower, pressure, "收缩压", "systolic", "bp"),),
    )


def truth(leaf: ir.Leaf) -> ir.Expr:
    """Return a condition over a leaf that is a truth or a code."""
    return ir.Read(leaf.id) if leaf.kind == "bool" else ir.Member(ir.Read(leaf.id), 2)
