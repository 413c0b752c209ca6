"""Evidence and names: every cited row is proved, every outcome is called something in both languages."""

from sangao.engine.pack import ir
from sangao.engine.passes.checks import check
from sangao.engine.passes.checks.cited import trace
from tests.engine.passes.checks.small import banded, number, pack, replace, table

GRADE = table(
    "t",
    "highest",
    (banded("sbp", 120, 140),),
    *[ir.Row(code, (1 << i,), i) for i, code in enumerate(("low", "mid", "top"))],
)


def worded(cite: tuple[str, ...] = (), proves: tuple[str, ...] = (), says: str = "") -> ir.Pack:
    made = pack(GRADE, facts=(number("sbp"),))
    words = {
        "t": ir.Words("血压", "pressure", document="D", place="rules/t.yaml:1:1"),
        "t/top": ir.Words(says_zh=says, says_en="top", cite=cite, document="D", place="rules/t.yaml:7:3"),
        **{f"t={code}": ir.Words(code, code, place="rules/t.yaml:3:9") for code in "abc"},
    }
    case = ir.Case("edge", "t", None, "{}", "{}", proves, "cases/t.yaml:2:5")
    return replace(made, words=words, cases=(case,))


def test_a_cited_row_without_a_case_is_a_problem_at_the_row() -> None:
    [problem] = check(worded(cite=("R-1",)))
    assert problem.code == "checks.unproved_row" and str(problem.where) == "rules/t.yaml:7:3"
    assert "R-1" in problem.text("zh") and "R-1" in problem.help("en")
    assert not check(worded(cite=("R-1",), proves=("R-1",)))


def test_a_case_that_proves_what_nothing_cites_is_a_warning_at_the_case() -> None:
    [problem] = check(worded(proves=("R-9",)))
    assert (problem.code, problem.severity) == ("checks.proves_nothing", "warning")
    assert str(problem.where) == "cases/t.yaml:2:5"


def test_a_row_of_an_occasion_rule_is_proved_too() -> None:
    made = replace(worded(), citations={"R-5|D": ir.Citation("R-5", "D", "2.1", "seen")})
    assert [one.code for one in check(made)] == ["checks.unproved_row"]
    other = replace(worded(), citations={"R-5|OTHER": ir.Citation("R-5", "OTHER", "2.1", "seen")})
    assert not check(other)  # another document's rules are proved where they come from


def test_a_name_in_one_language_only_is_a_problem() -> None:
    made = worded()
    [problem] = check(replace(made, words={**made.words, "t=b": ir.Words("乙", "", place="rules/t.yaml:3:9")}))
    assert problem.code == "checks.no_name" and "t=b" in problem.text("zh")


def test_a_long_sentence_is_a_warning() -> None:
    [problem] = check(worded(says="很" * 61))
    assert (problem.code, problem.severity) == ("checks.long_sentence", "warning")
    assert not check(worded(says="很" * 60))


def test_the_trace_leads_from_the_row_to_the_case() -> None:
    page = trace([worded(cite=("R-1",), proves=("R-1",), says="收缩压≥140 → 丙")])
    assert "| R-1 | small | 收缩压≥140 → 丙 | edge |" in page
