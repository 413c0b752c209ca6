"""What the rules of a dictionary make of facts, as planes: settings, kinds of one another, contradictions."""

from collections.abc import Mapping

from sangao.engine.pack import ir
from sangao.engine.run import known
from sangao.engine.run.admit import Admitter
from sangao.engine.run.circuit import NO, YES, Circuit
from sangao.engine.run.conditions import named_facts
from sangao.engine.run.inputs import Facts, Said
from sangao.engine.run.known import Abstract, Ends
from sangao.engine.run.lowering import truth_over
from sangao.engine.run.oneday import blank


def truth(pack: ir.Pack, circuit: Circuit, expr: ir.Expr, facts: Mapping[str, Said]) -> known.Closed:
    """Return the truth of a condition of the dictionary; a fact that is not there is unknown."""
    values: dict[str, Abstract] = {}
    for name in named_facts(expr):
        fact = pack.dictionary.facts[name]
        there = facts.get(name)
        values[name] = there.known(circuit) if there else blank(circuit, fact.kind, len(fact.values))
    return truth_over(pack, circuit, expr, values)


def settled(admitter: Admitter, circuit: Circuit, facts: Facts) -> Facts:
    """Return the facts with the values of site settings."""
    done = dict(facts)
    for reading in admitter.settings:
        value = admitter.takers[reading.fact](reading.value, reading.unit).value
        fact = admitter.pack.dictionary.facts[reading.fact]
        if fact.id not in facts:
            continue
        if value is None:
            done[fact.id] = Said(YES, NO, facts[fact.id].value)
        elif isinstance(value, int):
            done[fact.id] = Said(YES, YES, known.mask(len(fact.values) or 2, value))
        else:
            low, high = (circuit.constant(end) for end in value)
            done[fact.id] = Said(YES, YES, Ends(low, high, YES))
    return done


def widened(admitter: Admitter, circuit: Circuit, facts: Facts) -> Facts:
    """Return the facts with what they say of broader and narrower ones nobody spoke of (`lists.widened`)."""
    done = dict(facts)
    broader = {
        name: [one for one in above if one in facts] for name, above in admitter.lists.broader.items() if name in facts
    }
    refused, added = dict.fromkeys(facts, NO), dict.fromkeys(facts, NO)
    for name, above in broader.items():
        for one in above:
            wrong = circuit.both(facts[name].says(circuit, 1), facts[one].says(circuit, 0))
            refused[name], refused[one] = (circuit.either(refused[x], wrong) for x in (name, one))
            added[one] = circuit.either(added[one], circuit.both(facts[name].says(circuit, 1), facts[one].valid ^ 1))
    for name, above in broader.items():
        lacks = circuit.some(facts[one].says(circuit, 0) for one in above)
        lacks = circuit.every((lacks, facts[name].valid ^ 1, added[name] ^ 1))
        kept = facts[name].but(circuit, refused[name])
        done[name] = kept.taken(circuit, added[name], 1).taken(circuit, lacks, 0)
    return done


def consistent(pack: ir.Pack, circuit: Circuit, facts: Facts) -> Facts:
    """Return the facts without those that cannot stand together, rule after rule."""
    done = dict(facts)
    for rule in pack.contradictions:
        if not all(one in done for one in rule.facts):
            continue
        together = done if rule.group is None else {one: done[one] for one in rule.facts}
        wrong = circuit.every(done[one].there if rule.group is None else done[one].valid for one in rule.facts)
        wrong = circuit.both(wrong, known.certain(truth(pack, circuit, rule.when, together)))
        done |= {one: done[one].but(circuit, wrong) for one in rule.facts}
    return done
