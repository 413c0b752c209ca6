"""The forms of decision as text, one section each; `branching` writes the trees."""

from sangao.engine.pack import ir
from sangao.engine.run.branching import tree
from sangao.engine.run.cells import Matching, Possible, Span
from sangao.engine.run.phrases import Name
from sangao.engine.run.writer import Writer


def section(w: Writer, decision: ir.Decision) -> None:
    """Write one decision by its form, into the variables that are named for it."""
    name = w.words.decisions[decision.id]
    match decision.form:
        case ir.Table():
            table(w, decision, decision.form, name)
        case ir.Tree(root):
            tree(w, decision, root, name)
        case ir.Criteria():
            criteria(w, decision, decision.form, name)
        case ir.Score():
            score(w, decision, decision.form, name)
        case ir.Advice(when):
            w.write(f"{name.one} = {w.words.mask(when)}")
            if w.traced:
                w.write(f"c_{w.at}, p_{w.at} = {name.one} == 2, {name.one} > 1")


def key_of(w: Writer, column: ir.Input) -> str:
    """Return text for what is known of a column, as the keys of `cells.Possible` and `cells.Span` have it."""
    if column.kind != "number":
        return w.words.mask(column.expr)
    cuts = w.constant(column.cuts, "cuts")
    if w.words.plain:
        band = w.new("band")
        w.write(f"{band} = bisect({cuts}, {w.words.low(column.expr)})")
        return f"{band}, {band}"
    return f"bisect({cuts}, {w.words.low(column.expr)}), bisect({cuts}, {w.words.high(column.expr)})"


def table(w: Writer, decision: ir.Decision, form: ir.Table, name: Name) -> None:
    """Write a table: one look-up by what is known of its columns."""
    key = "".join(f"{key_of(w, column)}, " for column in form.inputs)
    found = w.constant(Possible(form, decision.outcome), "table")
    w.write(f"key = ({key})")
    w.write(f"{name.one}{', ' + name.two if name.two else ''} = {found}[key]")
    if w.words.plain and not name.two:
        w.write(f"if {name.one} & {name.one} - 1: return None")
    if w.traced:
        rows = w.constant(Matching(form, decision.outcome), "rows")
        w.write(f"c_{w.at}, p_{w.at} = {rows}[key]")


def criteria(w: Writer, decision: ir.Decision, form: ir.Criteria, name: Name) -> None:
    """Write criteria: any and all as `or` and `and`, else the certain and the possible count."""
    one, two = (name.one, name.two) if name.two and name.two != name.one else (name.one, w.new("may"))
    if decision.outcome.kind == "set" or w.traced:
        which(w, decision, form)
        if decision.outcome.kind == "set":
            w.write(f"{one}, {two} = c_{w.at}, p_{w.at}")
            return
        w.write(f"{one}, {two} = c_{w.at}.bit_count(), p_{w.at}.bit_count()")
    elif decision.outcome.kind == "bool" and form.items and form.need in (1, len(form.items)):
        joint = "or" if form.need == 1 else "and"
        w.write(f"{one} = 2 if (")
        joined(w, decision, form, joint, True)
        if not w.words.plain:
            w.write(") else 3 if (")
            joined(w, decision, form, joint, False)
        w.write(") else 1")
        return
    else:
        for end, certain in ((one, True), (two, False)):
            w.write(f"{end} = (0")
            joined(w, decision, form, "+", certain, first=False)
            w.write(")")
    if decision.outcome.kind == "bool":
        w.write(f"{one} = (2 if {two} >= {int(form.need)} else 0) | (1 if {one} < {int(form.need)} else 0)")


def joined(w: Writer, decision: ir.Decision, form: ir.Criteria, joint: str, certain: bool, first: bool = True) -> None:
    """Write the items of criteria, one line each, with a word between them."""
    for item in form.items:
        w.place_of(f"{decision.id}/{item.id}")
        text = w.words.certain(item.when) if certain else w.words.possible(item.when)
        w.write(f"({text})" if first else f"{joint} ({text})", 1)
        first = False
    w.place_of(decision.id)


def which(w: Writer, decision: ir.Decision, form: ir.Criteria) -> None:
    """Write the masks of the items that certainly hold and that may hold."""
    w.write(f"c_{w.at} = p_{w.at} = 0")
    for i, item in enumerate(form.items):
        w.place_of(f"{decision.id}/{item.id}")
        w.write(f"if {w.words.possible(item.when)}:")
        w.write(f"p_{w.at} |= {1 << i}", 1)
        certain = "" if w.words.plain else f"if {w.words.certain(item.when)}: "
        w.write(f"{certain}c_{w.at} |= {1 << i}", 1)
    w.place_of(decision.id)


def score(w: Writer, decision: ir.Decision, form: ir.Score, name: Name) -> None:
    """Write a score: the least and the most points added up."""
    low, high, a, b = (w.new(word) for word in ("low", "high", "a", "b"))
    w.write(f"{low} = {high} = 0")
    for item in form.items:
        w.place_of(f"{decision.id}/{item.id}")
        w.write(f"{a}, {b} = {w.constant(Span(item), 'points')}[{key_of(w, item.input)}]")
        w.write(f"{low} += {a}; {high} += {b}")
    w.place_of(decision.id)
    if w.traced:
        w.write(f"c_{w.at}, p_{w.at} = {low}, {high}")
    if decision.outcome.kind == "number":
        w.write(f"{name.one} = {low}")
        w.write(f"{name.two} = {high}")
    else:
        cuts = w.constant(form.cuts, "cuts")
        w.write(f"{name.one} = (2 << bisect({cuts}, {high})) - (1 << bisect({cuts}, {low}))")
