"""A rule as one short sentence for a clinician, exact, in Chinese and English."""

from collections.abc import Callable
from dataclasses import dataclass

from sangao.engine.language import tree
from sangao.engine.language.phrases import QUANTIFIERS, SIGNS, Lang, absent, amount, joined, one_of, say
from sangao.engine.language.tree import Node

_OPPOSITE: dict[str, tree.Comparison] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_WINDOW_KEYS = {"max": "maximum", "min": "minimum", "count": "occasions"}
_ORDINALS = {2: "second", 3: "third"}
_CONDITIONS = ("ever", "all", "running", "streak")


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Names:
    """How things are called.

    `name(id, lang)`: a fact, group, decision or `let`; `code(subject, code, lang)`: a code of a fact, an outcome or an
    item of a decision, None when it is not one of it; `param(id, lang)`: the amount of a parameter, with its unit;
    `decision(id)`: whether an id is a decision.
    """

    name: Callable[[str, Lang], str]
    code: Callable[[str, str, Lang], str | None]
    param: Callable[[str, Lang], str]
    decision: Callable[[str], bool] = _never


def sentence(node: Node, names: Names, lang: Lang = "zh") -> str:
    """Return what an expression asks, as one sentence without a full stop.

    >>> from sangao.engine.language.parser import parse
    >>> plain = Names(lambda id, lang: id, lambda subject, code, lang: None, lambda id, lang: id)
    >>> sentence(parse("sbp >= 140 mmHg or not dm"), plain)
    'sbp≥140 mmHg 或 无dm'
    """
    return _Speaker(names, lang).whole(node)


@dataclass(frozen=True, slots=True)
class _Speaker:
    names: Names
    lang: Lang

    def whole(self, node: Node) -> str:
        match node:
            case tree.Or():
                return joined((self.part(item) for item in _flat(node)), "or", self.lang)
            case tree.And():
                return joined(self.ranges(_flat(node)), "and", self.lang)
            case tree.Not(item):
                return self.negated(item)
            case tree.Compare(op, left, right):
                return self.compared(op, left, right)
            case tree.Among(item, codes):
                return self.among(item, codes)
            case tree.Has(item, decision):
                return self.has("has", item, decision)
            case tree.Known(item, known):
                return say(self.lang, "known" if known else "unknown", self.value(item))
            case tree.Bool(value):
                return say(self.lang, "true" if value else "false")
        return self.value(node)

    def part(self, node: Node) -> str:
        """A condition inside another: what is joined stands in parentheses."""
        text = self.whole(node)
        return say(self.lang, "group", text) if isinstance(node, tree.And | tree.Or) else text

    def ranges(self, items: list[Node]) -> list[str]:
        """`a >= 1 and a < 2` reads as one range when both ends have one unit."""
        parts: list[str] = []
        previous: Node | None = None
        for item in items:
            match previous, item:
                case (
                    tree.Compare(">=" | ">" as first, left, tree.Number(low, unit)),
                    tree.Compare("<" | "<=" as second, again, tree.Number(high, same)),
                ) if left == again and unit == same and not isinstance(left, tree.Window | tree.Call):
                    about = self.value(left)
                    between = "且" if self.lang == "zh" else " and "
                    lower = f"{SIGNS[first]}{amount(low, '', self.lang)}"
                    upper = f"{SIGNS[second]}{amount(high, unit, self.lang, about)}"
                    space = "" if self.lang == "zh" else " "
                    parts[-1] = f"{about}{space}{lower}{between}{upper}"
                    previous = None
                case _:
                    parts.append(self.part(item))
                    previous = item
        return parts

    def negated(self, item: Node) -> str:
        match item:
            case tree.Not(inner):
                return self.whole(inner)
            case tree.Compare(op, left, right):
                return self.compared(_OPPOSITE[op], left, right)
            case tree.And() | tree.Or() if all(isinstance(one, tree.Compare) for one in _flat(item)):
                either = tree.Or if isinstance(item, tree.And) else tree.And
                return self.whole(either(tuple(tree.Not(one) for one in _flat(item))))
            case tree.Among(inner, codes):
                return self.among(inner, codes, negated=True)
            case tree.Has(inner, decision):
                return self.has("has_not", inner, decision)
            case tree.Known(inner, known):
                return self.whole(tree.Known(inner, not known))
            case tree.Bool(value):
                return self.whole(tree.Bool(not value))
            case tree.Name(id):
                name = self.names.name(id, self.lang)
                return say(self.lang, "not_decision", name) if self.names.decision(id) else absent(name, self.lang)
            case tree.Window(op="ever"):
                return self.window(item, "ever_not")
        text = self.whole(item)
        return say(self.lang, "not", text if text.startswith(("（", "(")) else say(self.lang, "group", text))

    def compared(self, op: tree.Comparison, left: Node, right: Node) -> str:
        quantifier = QUANTIFIERS[op][self.lang == "en"]
        match left, right:
            case tree.Name(id) | tree.Window(_, tree.Name(id)), tree.Name(code):
                named = self.names.code(id, code, self.lang)
                if named is not None:
                    if op in ("=", "!="):
                        return say(self.lang, "is" if op == "=" else "is_not", self.value(left), named)
                    return say(self.lang, "compare", self.value(left), SIGNS[op], named)
            case tree.Window(op="days" | "count" as which), tree.Number(value, ""):
                scope, about = self.scope(left), self.occasion(left)
                key = "days_is" if which == "days" else "occasions_is"
                return say(self.lang, key, scope, about, quantifier, amount(value, "", self.lang))
            case tree.Window(op="days_since"), tree.Number(value, unit):
                subject = self.names.name(left.subject.id, self.lang)
                length = amount(value, unit or "days", self.lang)
                return say(self.lang, "since_is", self.scope(left), subject, SIGNS[op], quantifier, length)
            case tree.Call("count", items), tree.Number(value, ""):
                listed = joined((self.part(item) for item in items), "list", self.lang)
                none = f"{op}{value}" in ("=0", "<=0", "<1")
                if len(items) > 1:
                    listed = say(self.lang, "group", listed) + ("中" if self.lang == "zh" and not none else "")
                elif none and self.lang == "zh":
                    return f"无{listed}"
                if none:
                    return say(self.lang, "count_none", listed)
                return say(self.lang, "count_is", listed, quantifier, amount(value, "", self.lang))
        about = self.value(left)
        return say(self.lang, "compare", about, SIGNS[op], self.value(right, about))

    def among(self, item: Node, codes: tuple[tree.Name, ...], *, negated: bool = False) -> str:
        subject = item.subject.id if isinstance(item, tree.Window) else item.id if isinstance(item, tree.Name) else ""
        named = [self.names.code(subject, code.id, self.lang) or code.id for code in codes]
        return one_of(self.value(item), named, self.lang, negated=negated)

    def has(self, key: str, item: tree.Name, decision: tree.Name) -> str:
        named = self.names.code(decision.id, item.id, self.lang) or item.id
        return say(self.lang, key, self.names.name(decision.id, self.lang), named)

    def value(self, node: Node, about: str = "") -> str:
        """What a number, a name or a window is called; `about` is what it is compared with."""
        match node:
            case tree.Number(value, unit):
                return amount(value, unit, self.lang, about)
            case tree.Day(day):
                return day.isoformat()
            case tree.Name(id):
                return self.names.name(id, self.lang)
            case tree.Param(id):
                return self.names.param(id, self.lang)
            case tree.Plus(items):
                text = self.term(items[0])
                for item in items[1:]:
                    match item:
                        case tree.Minus(inner):
                            text += f" − {self.term(inner)}"
                        case tree.Number(value, unit) if value < 0:
                            text += f" − {amount(-value, unit, self.lang)}"
                        case _:
                            text += f" + {self.term(item)}"
                return text
            case tree.Minus(item):
                return f"−{self.term(item)}"
            case tree.Times(by, item):
                return say(self.lang, "times", amount(by, "", self.lang), self.term(item))
            case tree.Call(function, items):
                return say(self.lang, function, joined((self.part(item) for item in items), "list", self.lang))
            case tree.Window("due", subject, within=tree.Length() as length):
                name = self.names.name(subject.id, self.lang)
                if length.unit == "this year":
                    return say(self.lang, "due_year", name)
                return say(self.lang, "due", amount(length.count, length.unit, self.lang), name)
            case tree.Window(op, _, n):
                key = "last_n" if op == "last" and n not in (None, 1) else _WINDOW_KEYS.get(op, op)
                return self.window(node, key)
        return say(self.lang, "group", self.whole(node))

    def term(self, node: Node) -> str:
        text = self.value(node)
        return say(self.lang, "group", text) if isinstance(node, tree.Plus) else text

    def window(self, node: tree.Window, key: str) -> str:
        if node.op in (*_CONDITIONS, "days", "count"):
            about = self.occasion(node)
        else:
            about = self.names.name(node.subject.id, self.lang)
            if node.where is not None:
                about = say(self.lang, "where", about, self.part(node.where))
        n = node.n or 1
        count = n if key != "last_n" or self.lang == "zh" else _ORDINALS.get(n, f"{n}th")
        return say(self.lang, key, self.scope(node), about, count)

    def occasion(self, node: tree.Window) -> str:
        """What holds on an occasion: the condition alone, its members name the group; else the subject."""
        if node.where is None:
            return self.names.name(node.subject.id, self.lang)
        return self.part(node.where)

    def scope(self, node: tree.Window) -> str:
        parts = []
        for key, length in (("within", node.within), ("inside", node.inside)):
            if length is not None and length.unit == "this year":
                parts.append(say(self.lang, "this_year"))
            elif length is not None:
                text = amount(length.count, length.unit, self.lang)
                parts.append(say(self.lang, key, text.removeprefix("1 ") if key == "within" else text))
        return ("" if self.lang == "zh" else " ").join(parts)


def _flat(node: tree.And | tree.Or) -> list[Node]:
    """The items, with those of a nested `and` in an `and` (a `let` put in place) beside them."""
    found: list[Node] = []
    for item in node.items:
        found += _flat(item) if isinstance(item, tree.And | tree.Or) and type(item) is type(node) else [item]
    return found
