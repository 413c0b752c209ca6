"""Tokens to the surface tree: one function per line of the grammar in docs/language.md."""

from datetime import date
from fractions import Fraction
from typing import Literal, cast, get_args

from sangao.engine.errors import Span as Place
from sangao.engine.errors import fail
from sangao.engine.language import tree
from sangao.engine.language.cursor import Cursor
from sangao.engine.language.lexer import Token, tokens
from sangao.engine.language.tree import Node
from sangao.engine.quantity import parse_number, span_of, unit_name
from sangao.engine.windows import WindowOp

_COMPARISONS = frozenset(get_args(tree.Comparison))
_FUNCTIONS = frozenset(get_args(tree.Function))
_WINDOWS = frozenset(get_args(WindowOp))
_COUNTED = frozenset({"last", "running", "streak"})
START = Place("", 1, 1)
_TERM = ("一个值、名字或条件", "a value, a name or a condition")


def parse(text: str, where: Place = START) -> Node:
    """Return the tree of an expression; `where` is the place of its first character.

    Raises `SangaoError` with the first problem, placed to the column; every text ends in a tree or in a problem.

    >>> parse("sbp_office >= 140 mmHg or pregnant").items[1].id
    'pregnant'
    """
    reader = _Reader(tokens(text, where))
    if reader.done():
        raise fail("language.empty", where)
    node = reader.either()
    if not reader.done():
        raise reader.unexpected("and、or 或结尾", "`and`, `or` or the end")
    return node


class _Reader(Cursor):
    """One method per line of the grammar."""

    __slots__ = ()

    def either(self) -> Node:
        place, items = self.now.place, [self.every()]
        while self.word("or"):
            self.take()
            items.append(self.every())
        return tree.Or(tuple(items), place) if len(items) > 1 else items[0]

    def every(self) -> Node:
        place, items = self.now.place, [self.negation()]
        while self.word("and"):
            self.take()
            items.append(self.negation())
        return tree.And(tuple(items), place) if len(items) > 1 else items[0]

    def negation(self) -> Node:
        if not self.word("not"):
            return self.test()
        place = self.take().place
        self.deeper()
        item = self.negation()
        self.deep -= 1
        return tree.Not(item, place)

    def test(self) -> Node:
        place = self.now.place
        left = self.sum()
        if self.sign(*_COMPARISONS):
            op = cast(tree.Comparison, self.take().text)
            right = self.sum()
            if self.sign(*_COMPARISONS, "=="):
                raise fail("language.chained", self.now.place)
            return tree.Compare(op, left, right, place)
        if self.word("in"):
            return self.membership(left, place)
        if self.word("is"):
            return self.knowing(left, place)
        if self.word("not") and self.peek().text == "in":
            raise fail("language.not_in", self.now.place)
        return left

    def membership(self, left: Node, place: Place) -> Node:
        self.take()
        if self.sign("{"):
            self.take()
            codes = [self.name("一个代码", "a code")]
            while self.sign(","):
                self.take()
                codes.append(self.name("一个代码", "a code"))
            self.demand("}")
            return tree.Among(left, tuple(codes), place)
        decision = self.name("{代码, …} 或集合决策名", "{codes} or the name of a set decision")
        if not isinstance(left, tree.Name):
            raise fail("language.has_item", place)
        return tree.Has(left, decision, place)

    def knowing(self, left: Node, place: Place) -> Node:
        self.take()
        if not isinstance(left, tree.Name | tree.Window):
            raise fail("language.known_item", place)
        if self.now.kind != "name" or self.now.text not in ("known", "unknown"):
            raise self.unexpected("known 或 unknown", "`known` or `unknown`")
        return tree.Known(left, self.take().text == "known", place)

    def sum(self) -> Node:
        place, items = self.now.place, [self.term()]
        while self.sign("+", "-"):
            sign = self.take()
            item = self.term()
            items.append(item if sign.text == "+" else tree.minus(item, sign.place))
        return tree.Plus(tuple(items), place) if len(items) > 1 else items[0]

    def term(self) -> Node:
        place = self.now.place
        if self.sign("-"):
            self.take()
            self.deeper()
            item = self.term()
            self.deep -= 1
            return tree.minus(item, place)
        left = self.atom()
        if not self.sign("*"):
            return left
        if not isinstance(left, tree.Number) or left.unit or left.value < 0:
            raise fail("language.factor", self.now.place)
        self.take()
        result = tree.Times(left.value, self.atom(), place)
        if self.sign("*"):
            raise fail("language.factor", self.now.place)
        return result

    def atom(self) -> Node:
        now = self.now
        match now.kind:
            case "number":
                self.take()
                return tree.Number(_number(now), unit_name(now.unit), now.place)
            case "date":
                self.take()
                return tree.Day(_day(now), now.place)
            case "param":
                self.take()
                return tree.Param(now.text, now.place)
            case "name" if self.peek().text == "(" and now.text in _FUNCTIONS | _WINDOWS:
                return self.applied()
            case "name":
                return self.name(*_TERM)
            case "word" if now.text in ("true", "false"):
                self.take()
                return tree.Bool(now.text == "true", now.place)
            case "sign" if now.text == "(":
                self.take()
                self.deeper()
                node = self.either()
                self.demand(")")
                self.deep -= 1
                return node
        raise self.unexpected(*_TERM)

    def applied(self) -> Node:
        """Read `op(…)`.

        `min`, `max`, `count` are functions and windows: a clause makes a window, so does a lone name in `min`, `max`.
        """
        head = self.take()
        self.take()
        self.deeper()
        node = self.window(head) if head.text not in _FUNCTIONS else self.call(head)
        self.demand(")")
        self.deep -= 1
        return node

    def call(self, head: Token) -> Node:
        op = head.text
        items = [self.either()]
        if op != "abs" and self.word("where", "within", "inside"):
            return self.clauses(head, items[0], None)
        while self.sign(","):
            self.take()
            items.append(self.either())
        if op in ("min", "max") and len(items) == 1 and isinstance(items[0], tree.Name):
            return self.clauses(head, items[0], None)
        if (op == "abs" and len(items) > 1) or (op in ("min", "max") and len(items) == 1):
            raise fail("language.arguments", head.place, op=op)
        return tree.Call(cast(tree.Function, op), tuple(items), head.place)

    def window(self, head: Token) -> Node:
        n: int | None = None
        if self.now.kind == "number":
            count = self.take()
            value = _number(count)
            if head.text not in _COUNTED or count.unit or value.denominator != 1 or not 1 <= value <= 1000:
                raise fail("language.window_count", count.place, op=head.text)
            n = int(value)
            self.demand(",")
        elif head.text in ("running", "streak"):
            raise fail("language.window_count", self.now.place, op=head.text)
        return self.clauses(head, self.either(), n)

    def clauses(self, head: Token, subject: Node, n: int | None) -> Node:
        if not isinstance(subject, tree.Name):
            raise fail("language.window_subject", subject.span, op=head.text)
        where = self.either() if self.clause("where") else None
        within = self.length() if self.clause("within") else None
        inside = None
        if self.clause("inside"):
            if self.now.text != "any":
                raise self.unexpected("any", "`any`")
            self.take()
            inside = self.length()
        for word, clause in (("where", where), ("within", within), ("inside", inside)):
            if clause is not None and self.word(word):
                raise fail("language.clause_twice", self.now.place, found=word)
        return tree.Window(cast(WindowOp, head.text), subject, n, where, within, inside, head.place)

    def clause(self, word: str) -> bool:
        if not self.word(word):
            return False
        self.take()
        return True

    def length(self) -> tree.Length:
        if self.now.kind == "param":
            token = self.take()
            return tree.Length(Fraction(0), "days", token.place, token.text)
        if self.now.kind == "name" and self.now.text == "this":
            place = self.take().place
            if self.now.text != "year":
                raise self.unexpected("year", "`year`")
            self.take()
            return tree.Length(Fraction(1), "this year", place)
        if self.now.kind != "number":
            raise self.unexpected("时长，如 4 weeks", "a span such as 4 weeks")
        token = self.take()
        count, unit = _number(token), unit_name(token.unit)
        if span_of(count, unit) is None or count > 100_000:
            raise fail("language.span", token.place, found=f"{token.text} {token.unit}".strip())
        return tree.Length(count, cast(Literal["days", "weeks", "months", "years"], unit), token.place)


def _number(token: Token) -> Fraction:
    value = parse_number(token.text)
    if value is None:
        raise fail("language.number", token.place, found=token.text[:40])
    return value


def _day(token: Token) -> date:
    try:
        if len(token.text) == 10:
            return date.fromisoformat(token.text)
    except ValueError:
        pass
    raise fail("language.date", token.place, found=token.text[:40])
