"""The forms of decision as text, one section each; `branching` writes the trees."""

from collections.abc import Sequence

from sangao.engine.pack import ir
from sangao.engine.run.branching import tree
from sangao.engine.run.keys import MAY, SURE, Points, size
from sangao.engine.run.phrases import Name
from sangao.engine.run.told import Whole
from sangao.engine.run.writer import Writer

FEW = 16  # cuts written out as comparisons; more are looked up


def section(w: Writer, decision: ir.Decision) -> None:
    """Write one decision by its form, into the variables that are named for it."""
    name = w.words.decisions[decision.id]
    match decision.form:
        case ir.Table():
            table(w, decision, decision.form)
        case ir.Tree(root):
            tree(w, decision, root, name)
        case ir.Criteria():
            criteria(w, decision, decision.form, name)
        case ir.Score():
            score(w, decision, decision.form, name)
        case ir.Advice(when):
            if isinstance(when, ir.Read | ir.Ask) and not w.bare:
                w.write(f"{name.one} = {w.words.mask(when)}")
            else:
                w.truth(decision, w.words.certain(when), w.words.possible(when))


# --- tables and scores ------------------------------------------------------------------------------------------------
def table(w: Writer, decision: ir.Decision, form: ir.Table) -> None:
    """Write a table: one look-up by the key of what is known of its columns."""
    digits, place = [], 1
    for column in form.inputs:
        digits.append(digit(w, column, place))
        place *= size(column)
    w.write(f"{w.key} = {' + '.join(digits) or '0'}")
    w.look_up(decision)


def digit(w: Writer, column: ir.Input, place: int) -> str:
    """Return text for what is known of a column, as a digit at its place in a key."""
    if column.kind != "number":
        mask = w.words.mask(column.expr)
        return mask if place == 1 else f"{mask} * {place}"
    number = len(column.cuts) + 1
    if w.words.plain:
        return band(w, column.cuts, w.words.low(column.expr), (number + 1) * place)
    low = band(w, column.cuts, w.words.low(column.expr), number * place)
    return f"{low} + {band(w, column.cuts, w.words.high(column.expr), place)}"


def band(w: Writer, cuts: Sequence[int], text: str, worth: int) -> str:
    """Return text for the band a number lies in, times what a band is worth in a key."""
    if not cuts:
        return "0"
    if len(cuts) > FEW:
        return f"bisect({w.constant(tuple(cuts), 'cuts')}, {text}) * {worth}"
    if not text.isidentifier():
        name = w.new("x")
        w.write(f"{name} = {text}")
        text = name
    return halved(cuts, text, worth, 0)


def halved(cuts: Sequence[int], text: str, worth: int, first: int) -> str:
    """Return comparisons that halve the cuts.

    >>> halved((120, 140), "sbp", 1, 0)
    '((0 if sbp < 120 else 1) if sbp < 140 else 2)'
    """
    if not cuts:
        return str(first * worth)
    middle = len(cuts) // 2
    below = halved(cuts[:middle], text, worth, first)
    return (
        f"({below} if {text} < {int(cuts[middle])} else {halved(cuts[middle + 1 :], text, worth, first + middle + 1)})"
    )


def score(w: Writer, decision: ir.Decision, form: ir.Score, name: Name) -> None:
    """Write a score: the least and the most points added up."""
    low, high, a, b = (w.new(word) for word in ("low", "high", "a", "b"))
    w.write(f"{low} = {high} = 0")
    for item in form.items:
        w.place_of(f"{decision.id}/{item.id}")
        w.write(f"{a}, {b} = {w.constant(Points(item), 'points')}[{digit(w, item.input, 1)}]")
        w.write(f"{low} += {a}; {high} += {b}")
    w.place_of(decision.id)
    if decision.outcome.kind == "number":
        number(w, decision, name, low, high)
        return
    cuts = w.constant(form.cuts, "cuts")
    w.write(f"{name.one} = (2 << bisect({cuts}, {high})) - (1 << bisect({cuts}, {low}))")
    w.tell(decision, name.one)


def number(w: Writer, decision: ir.Decision, name: Name, low: str, high: str) -> None:
    """Write the two ends of a number decision."""
    if not w.bare or decision.id in w.asked:
        w.write(f"{name.one} = {low}")
        if name.two != name.one:
            w.write(f"{name.two} = {high}")
    w.tell(decision, f"{low}, {high}")


# --- criteria ---------------------------------------------------------------------------------------------------------
def criteria(w: Writer, decision: ir.Decision, form: ir.Criteria, name: Name) -> None:
    """Write criteria: which hold, how many, or whether enough do."""
    if decision.outcome.kind == "set":
        which(w, decision, form, name)
    elif w.traced:
        counted(w, decision, form, name)
    elif decision.outcome.kind == "bool" and form.items and form.need in (1, len(form.items)):
        settled(w, decision, form, name)
    else:
        ends = [_sum(w, decision, form, certain) for certain in ((True,) if w.words.plain else (True, False))]
        if decision.outcome.kind == "number":
            number(w, decision, name, ends[0], ends[-1])
        else:
            w.truth(decision, f"{ends[0]} >= {int(form.need)}", f"{ends[-1]} >= {int(form.need)}")


def which(w: Writer, decision: ir.Decision, form: ir.Criteria, name: Name) -> None:
    """Write the masks of the items that certainly hold and that may hold."""
    one, two = name.one, name.two
    w.write(f"{one} = 0" if one == two else f"{one} = {two} = 0")
    for i, item in enumerate(form.items):
        w.place_of(f"{decision.id}/{item.id}")
        w.write(f"if {w.words.possible(item.when)}:")
        w.write(f"{two} += {1 << i}", 1)
        if not w.words.plain:
            w.write(f"if {w.words.certain(item.when)}: {one} += {1 << i}", 1)
    w.place_of(decision.id)
    if w.bare:
        memory = w.constant(Whole(decision, w.memory[decision.id].alike), "told")
        width = 1 << len(decision.outcome.codes)
        w.write(f"a_{w.at} = {memory}[{f'{one} * {width + 1}' if one == two else f'{one} * {width} + {two}'}]")


def counted(w: Writer, decision: ir.Decision, form: ir.Criteria, name: Name) -> None:
    """Write the key of the items, and what follows from how many of them hold."""
    w.write(f"{w.key} = 0")
    for i, item in enumerate(form.items):
        w.place_of(f"{decision.id}/{item.id}")
        w.write(f"if {w.words.possible(item.when)}:")
        sure = "" if w.words.plain else f" if {w.words.certain(item.when)} else {MAY << 2 * i}"
        w.write(f"{w.key} += {SURE << 2 * i}{sure}", 1)
    w.place_of(decision.id)
    every = sum(MAY << 2 * i for i in range(len(form.items)))
    may, sure = f"{w.key} & {every}", f"{w.key} & {2 * every}"
    if decision.outcome.kind == "number":
        low, high = w.new("low"), w.new("high")
        w.write(f"{low} = ({sure}).bit_count()")
        w.write(f"{high} = ({may}).bit_count()")
        number(w, decision, name, low, high)
    elif form.need == 1:
        w.truth(decision, w.key if w.words.plain else sure, w.key)
    elif form.items and form.need == len(form.items):
        w.truth(decision, f"{w.key} == {3 * every}", f"{may} == {every}")
    else:
        w.truth(decision, f"({sure}).bit_count() >= {int(form.need)}", f"({may}).bit_count() >= {int(form.need)}")


def settled(w: Writer, decision: ir.Decision, form: ir.Criteria, name: Name) -> None:
    """Write any and all of the items as `or` and `and`, which stop early."""
    joint = "or" if form.need == 1 else "and"
    w.write(f"{name.one} = 2 if (")
    _joined(w, decision, form, joint, True)
    if not w.words.plain:
        w.write(") else 3 if (")
        _joined(w, decision, form, joint, False)
    w.write(") else 1")


def _joined(w: Writer, decision: ir.Decision, form: ir.Criteria, joint: str, certain: bool) -> None:
    """Write the items of criteria, one line each, with a word between them."""
    for i, item in enumerate(form.items):
        w.place_of(f"{decision.id}/{item.id}")
        text = w.words.certain(item.when) if certain else w.words.possible(item.when)
        w.write(f"{joint} ({text})" if i else f"({text})", 1)
    w.place_of(decision.id)


def _sum(w: Writer, decision: ir.Decision, form: ir.Criteria, certain: bool) -> str:
    """Write how many items hold; return the variable."""
    total = w.new("total")
    w.write(f"{total} = 0")
    for item in form.items:
        w.place_of(f"{decision.id}/{item.id}")
        w.write(f"if {w.words.certain(item.when) if certain else w.words.possible(item.when)}: {total} += 1")
    w.place_of(decision.id)
    return total
