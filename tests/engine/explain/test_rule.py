"""A rule as people read it: sentences, cells, order of exceptions, citations with their document."""

from sangao.engine.explain import rule
from sangao.engine.pack import ir
from tests.engine.passes.checks.small import at_least, banded, number, pack, replace, table, tree, yes

SBP = (banded("sbp", 120, 140),)
GRADE = table("t", "highest", SBP, ir.Row("low", (0b001,), 0), ir.Row("mid", (0b010,), 1), ir.Row("top", (0b100,), 2))


def test_cells_are_said_as_bands() -> None:
    found = rule.rule(pack(GRADE, facts=(number("sbp"),)), GRADE)
    assert [part["cells"]["sbp"]["zh"] for part in found["parts"]] == ["<120", "[120..140)", "≥140"]
    assert [part["then"] for part in found["parts"]] == ["a", "b", "c"] and found["hit"] == "highest"


def test_an_exception_stands_below_what_it_excepts_and_names_what_it_beats() -> None:
    below = ir.Branch("below", at_least("sbp", 150), 2)
    made = tree(
        "d",
        0,
        ir.Branch("sugar", ir.Read("diabetes"), 1, (below,)),
        ir.Branch("frail", ir.Read("frail"), 2, (), ("sugar",)),
    )
    page = rule.text(pack(made, facts=(number("sbp"), yes("diabetes"), yes("frail"))), made, "en")
    lines = page.splitlines()
    assert "answers: a < b < c" in lines
    assert "      below  below → c" in lines and "    frail  frail → c (goes before sugar)" in lines


def test_a_citation_says_document_place_origin_and_doubt() -> None:
    whole = pack(GRADE, facts=(number("sbp"),))
    words = ir.Words(says_zh="收缩压≥140 → 丙", says_en="sbp ≥140 → c", cite=("R-1",), document="D")
    cited = replace(
        whole,
        words={**whole.words, "t/top": words},
        citations={"R-1|D": ir.Citation("R-1", "D", "3.1", "known")},
        documents={"D": ("指南", "Guideline")},
    )
    page = rule.text(cited, GRADE, "zh")
    assert "top  收缩压≥140 → 丙〔《指南》3.1;R-1;国家规则;待与原件核对〕" in page
    [cite] = rule.rule(cited, GRADE)["parts"][2]["cites"]
    assert cite == {"row": "R-1", "document": "D", "where": "3.1", "origin": "national", "evidence": "known"}
