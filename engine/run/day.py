"""What a host gives of one day → the leaves of a pack, as planes: admission itself becomes part of a flat program.

A host that embeds the kernel has integers: one value per fact, of the day, or a blank. Ranges, mixed-up units, kinds of
one another, contradictions, lists, `false_when` and the windows over that one day are worked out by the program, as
`sangao.engine.run.admit` and `timeline` do with a chart that holds the same. A host that keeps older readings gives
windows itself: a window that is given beats the one worked out from the day.
"""

from collections.abc import Iterable, Sequence

from sangao.engine.fact import Fact
from sangao.engine.pack import ir
from sangao.engine.run import known
from sangao.engine.run.admit import TODAY, Admitter
from sangao.engine.run.circuit import NO, YES, Circuit
from sangao.engine.run.conditions import named_facts
from sangao.engine.run.entering import INT32, NO_DAY
from sangao.engine.run.flat import Slot
from sangao.engine.run.inputs import DAY, LISTED, Facts, Input, Part, Said
from sangao.engine.run.known import Abstract, Ends
from sangao.engine.run.oneday import DAYS, blank, reach, untold, usable, window
from sangao.engine.run.ruled import consistent, settled, truth, widened
from sangao.engine.run.solvable import KIDNEY, Equation, difference, equation, told
from sangao.engine.truth import TRUE


class Day:
    """The inputs of some leaves of a pack, and those leaves in both passes as planes over the inputs.

    `inputs` and `equations` in order, `slots`: which of them and which part of it each slot of `circuit` is; `leaves`
    as `lowering.lower_over` takes them; `outside` and `denied`: per input the plane where it is kept out, by its range
    or a contradiction.
    """

    def __init__(self, pack: ir.Pack, leaves: Iterable[str]) -> None:
        self.pack, self.circuit = pack, Circuit()
        self.inputs: list[Input] = []
        self.equations: list[Equation] = []
        self.slots: list[tuple[int, Part]] = []
        self.outside: dict[str, int] = {}
        self.denied: dict[str, int] = {}
        self._lists: dict[str, Said] = {}
        self._admitter = Admitter(pack)
        wanted = [pack.leaves[one] for one in leaves]
        named = self._named(wanted)
        self._day = Said(NO, NO, blank(self.circuit, "date", 0))
        dated = any(fact.past for fact in pack.dictionary.facts.values() if fact.id in named)
        if TODAY in named or dated or any(self._since(one) for one in wanted):
            self._day = self._given(Input(DAY, "date", "day", *DAYS))
        given = {fact.id: self._fact(fact) for fact in pack.dictionary.facts.values() if fact.id in named}
        facts = settled(self._admitter, self.circuit, given)
        facts = consistent(pack, self.circuit, widened(self._admitter, self.circuit, facts))
        for one in self.inputs:
            if one.origin == "fact" and (wrong := self.circuit.both(given[one.id].valid, facts[one.id].valid ^ 1)):
                self.denied[one.id] = wrong
        opened, assumed = self._absent(facts)
        self.leaves: dict[tuple[str, bool], Abstract] = {}
        for leaf in wanted:
            of_host, solved = self._window(leaf), self._solved(leaf)
            for second, of_day in ((False, opened), (True, assumed)):
                found = self._worked_out(leaf, self._leaf(leaf, of_day), solved, of_day)
                if of_host is not None:
                    found = known.choose(self.circuit, of_host.valid, of_host.known(self.circuit), found)
                self.leaves[leaf.id, second] = found

    # --- which facts --------------------------------------------------------------------------------------------------
    def _named(self, leaves: Iterable[ir.Leaf]) -> set[str]:
        """Return the facts that some leaf rests on, directly or through a rule of the dictionary."""
        pack, broader = self.pack, self._admitter.lists.broader
        found: set[str] = set()
        todo = [fact for leaf in leaves for fact in self._subjects(leaf)]
        while todo:
            fact = todo.pop()
            if fact in found or fact not in pack.dictionary.facts:
                continue
            found.add(fact)
            if fact in pack.guards:
                todo += named_facts(pack.guards[fact])
            for rule in pack.contradictions:
                if fact in rule.facts:
                    todo += [*rule.facts, *named_facts(rule.when)]
            todo += broader.get(fact, ())
            todo += [other for other, above in broader.items() if fact in above]
        return found

    def _subjects(self, leaf: ir.Leaf) -> Sequence[str]:
        source = leaf.source
        if isinstance(source, ir.Derived) and not told(self.pack, leaf):
            return (source.fact,)
        return self._admitter.subjects(leaf)

    def _since(self, leaf: ir.Leaf) -> bool:
        """Return whether a leaf counts the days since a date that is a fact."""
        source = leaf.source
        fact = self.pack.dictionary.facts.get(source.subject) if isinstance(source, ir.Window) else None
        return isinstance(source, ir.Window) and source.op == "days_since" and fact is not None and fact.kind == "date"

    # --- what is given ------------------------------------------------------------------------------------------------
    def _slot(self, kind: Slot, part: Part) -> int:
        of = self.equations if part in ("low", "high", "found") else self.inputs
        self.slots.append((len(of) - 1, part))
        return self.circuit.slot(kind)

    def _given(self, one: Input, intervals: Sequence[tuple[int, int]] = ()) -> Said:
        """Add an input; what lies in none of the intervals (by default: its range) is kept out."""
        self.inputs.append(one)
        circuit, outside = self.circuit, NO
        value: Abstract
        if one.kind in ("number", "date"):
            number = circuit.load(self._slot(Slot.INT32, "value"))
            value = Ends(number, number, YES)
            parts = [
                circuit.both(circuit.at_least(number, low), circuit.at_least(number, high + 1) ^ 1)
                for low, high in intervals or [(one.low, one.high)]
            ]
            outside = circuit.some(parts) ^ 1
        elif one.kind == "bool":
            plane = circuit.bits(self._slot(Slot.BITS, "value"))
            value = (plane ^ 1, plane)
        else:
            at = self._slot(Slot.BYTE, "value")
            value = tuple(circuit.equal_byte(at, i) for i in range(len(one.values)))
        valid = circuit.bits(self._slot(Slot.BITS, "valid"))
        there = circuit.bits(self._slot(Slot.BITS, "there")) if one.origin in ("fact", "list") else valid
        if (wrong := circuit.both(valid, outside)) != NO:
            self.outside[one.id] = wrong
        return Said(there, valid, value).but(circuit, outside)

    def _fact(self, fact: Fact) -> Said:
        if fact.id == TODAY:
            return Said(YES, self._day.valid, self._day.value)
        if fact.site:
            return Said(NO, NO, blank(self.circuit, fact.kind, len(fact.values)))
        formula, alone = "", False
        for leaf in self.pack.leaves.values():
            if isinstance(leaf.source, ir.Derived) and leaf.source.fact == fact.id:
                formula = f"{leaf.source.formula}({', '.join(leaf.source.inputs)})"
                alone = not told(self.pack, leaf)
        parts = (*reach(fact), fact.unit, fact.grid, fact.values, fact.list or "", formula, alone)
        said = self._given(Input(fact.id, fact.kind, "fact", *parts), usable(fact) if fact.kind == "number" else ())
        return self._past(fact, said) if fact.past else said

    def _past(self, fact: Fact, said: Said) -> Said:
        """Return the date of something that has happened without what lies after the day, as far as that is known."""
        circuit, today = self.circuit, self._day.known(self.circuit)
        assert isinstance(said.value, Ends) and isinstance(today, Ends)
        late = circuit.every([said.valid, today.known, circuit.reaches(today.low, said.value.low) ^ 1])
        if fact.never:
            late = circuit.both(late, circuit.at_least(said.value.low, NO_DAY) ^ 1)
        self.outside[fact.id] = circuit.either(self.outside.get(fact.id, NO), late)
        return said.but(circuit, late)

    def _window(self, leaf: ir.Leaf) -> Said | None:
        """Return a window as a host gives it; None for what is no window, or rests on a date that is a fact."""
        source = leaf.source
        if not isinstance(source, ir.Window) or self._since(leaf) or equation(self.pack, leaf) is not None:
            return None
        reached = (0, 1) if leaf.kind == "bool" else DAYS if leaf.kind == "date" else INT32
        low, high = reached[0] if leaf.low is None else leaf.low, reached[1] if leaf.high is None else leaf.high
        return self._given(
            Input(leaf.id, leaf.kind, "window", low, high, leaf.unit, leaf.step, leaf.values, alone=untold(source))
        )

    def _solved(self, leaf: ir.Leaf) -> tuple[Equation, Ends] | None:
        """Return the equation of a leaf and what it gives of its inputs as they are given; None where there is none."""
        found = equation(self.pack, leaf)
        if found is None:
            return None
        self.equations.append(found)
        low = high = self.circuit.load(self._slot(Slot.INT32, "low"))
        if found.form in KIDNEY.values():
            high = self.circuit.load(self._slot(Slot.INT32, "high"))
        return found, Ends(low, high, self.circuit.bits(self._slot(Slot.BITS, "found")))

    # --- what is made of it -------------------------------------------------------------------------------------------
    def _absent(self, facts: Facts) -> tuple[Facts, Facts]:
        """Return the facts of both passes: false by rule, by a complete list, or assumed so by a delivered one."""
        circuit, opened, assumed, lists = self.circuit, dict(facts), dict(facts), self._lists
        for name, said in facts.items():
            fact = self.pack.dictionary.facts[name]
            blank_here = said.there ^ 1
            false = NO
            if name in self.pack.guards:
                false = known.certain(truth(self.pack, circuit, self.pack.guards[name], facts))
            delivered = NO
            if fact.list and fact.kind == "bool" and not fact.site:
                if fact.list not in lists:
                    lists[fact.list] = self._given(Input(fact.list, "code", "list", 0, 1, values=LISTED))
                of_list = lists[fact.list]
                complete = circuit.both(of_list.valid, known.planes(of_list.value)[1])
                false = circuit.either(false, complete)
                delivered = of_list.valid if fact.absent == "assume_false" else NO
            opened[name] = said.taken(circuit, circuit.both(blank_here, false), 0) if false != NO else said
            false = circuit.either(false, delivered)
            assumed[name] = said.taken(circuit, circuit.both(blank_here, false), 0) if false != NO else said
        return opened, assumed

    # --- leaves -------------------------------------------------------------------------------------------------------
    def _leaf(self, leaf: ir.Leaf, facts: Facts) -> Abstract:
        """Return a leaf from the facts of one pass."""
        circuit, source = self.circuit, leaf.source
        nothing = blank(circuit, leaf.kind, len(leaf.values))
        if isinstance(source, ir.Unusable):
            said, of_list = facts[source.fact], self._lists.get(self.pack.dictionary.facts[source.fact].list or "")
            kept_out = circuit.both(said.there, said.valid ^ 1)
            if of_list is not None:
                unread = circuit.both(of_list.there, of_list.valid ^ 1)
                kept_out = circuit.either(kept_out, circuit.both(said.there ^ 1, unread))
            return kept_out ^ 1, kept_out
        if not isinstance(source, ir.Window):
            return facts[source.fact].known(circuit) if source.fact in facts else nothing
        fact = self.pack.dictionary.facts.get(source.subject)
        if self._since(leaf):
            date, today = facts[source.subject].known(circuit), self._day.known(circuit)
            assert isinstance(date, Ends) and isinstance(today, Ends)
            return known.plus(circuit, (today, known.times(circuit, -1, date)))
        if untold(source):
            return nothing
        subject = fact.group if fact is not None and fact.group and source.where is not None else source.subject
        group = source.rule or self.pack.dictionary.groups.get(subject)
        members = {one: facts[one] for one in (group.members if group else (subject,)) if one in facts}
        there = circuit.some(one.there for one in members.values())
        if fact is not None and subject == fact.id:
            there = circuit.both(there, facts[fact.id].there)
        if source.where is not None:
            holds = truth(self.pack, circuit, source.where, members)
        elif fact is None or fact.kind != "bool":
            holds = known.mask(2, TRUE)
        else:
            holds = known.planes(facts[fact.id].known(circuit))
        member = source.member or (source.subject if fact is not None else None)
        value = members[member].known(circuit) if member in members else None
        return window(circuit, source, there, holds, value)

    def _worked_out(
        self, leaf: ir.Leaf, found: Abstract, solved: tuple[Equation, Ends] | None, facts: Facts
    ) -> Abstract:
        """Return what an equation gives where nothing was said of the fact: what was kept out is not replaced."""
        circuit, two = self.circuit, difference(self.pack, leaf)
        names: Sequence[str]
        if two is not None:
            first, second = (facts[one].known(circuit) for one in two)
            assert isinstance(first, Ends) and isinstance(second, Ends)
            ends, names = known.plus(circuit, (first, known.times(circuit, -1, second))), two
            usable_here = [] if leaf.low is None else [circuit.at_least(ends.low, leaf.low)]
            usable_here += [] if leaf.high is None else [circuit.at_least(ends.high, leaf.high + 1) ^ 1]
        elif solved is not None:
            ends, names, usable_here = solved[1], solved[0].inputs, []
        else:
            return found
        usable_here += [ends.known, *(facts[one].valid for one in names)]
        if isinstance(leaf.source, ir.Derived):
            usable_here.append(facts[leaf.source.fact].there ^ 1)
        return known.choose(circuit, circuit.every(usable_here), Ends(ends.low, ends.high, YES), found)
