"""The report of measures as a page: counts, rates, goals, verdicts, what is not known."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from sangao.engine.cli.reckoning import Reckoning
from sangao.engine.cli.summary import plain
from sangao.engine.errors import catalogue
from sangao.engine.rules.profiles import GoalDoc
from sangao.engine.run.measuring import Measured

WIDTH = 130
VERDICTS = {
    "reached": ("达到", "reached", "green"),
    "not_reached": ("未达到", "not reached", "red"),
    "unknown": ("无法判断", "cannot be told", "yellow"),
    "ambiguous": ("两种读法不一致", "readings differ", "magenta"),
}
HEADS = {
    "zh": ("指标", "N", "D", "率", "不明", "较前", "目标", "结论"),
    "en": ("measure", "N", "D", "rate", "unknown", "change", "goal", "verdict"),
}
GOALS = {"rise": "上升", "fall": "下降", "points": "提高", "change": "增长", ">=": "≥", "<=": "≤"}
AGAINST = {"previous": ("较上期", "on the period before"), "baseline": ("较基线", "on the baseline")}


def show(result: Reckoning, lang: str) -> None:
    """Print the report."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    for line in head(result, lang):
        console.print(line, soft_wrap=True)
    console.print(table(result, lang))
    for line in foot(result, lang):
        console.print(line, soft_wrap=True)


def head(result: Reckoning, lang: str) -> Iterator[str]:
    """Yield the lines above the table: whose goals, which period, how many people."""
    zh = lang == "zh"
    if result.profile is not None:
        title = result.profile.doc.title
        yield f"[bold]{title.zh if zh else title.en}[/bold]"
    cut = result.cohort.on.isoformat() if result.cohort.on else "—"
    first, last = result.period.start.isoformat(), result.period.until.isoformat()
    people, charts = f"{result.tally.persons:,}", f"{result.cohort.read:,}"
    rules = f"{result.pack.id} {result.pack.hash[:12]}"
    if zh:
        yield f"统计期 {first} 至 {last},数据截止 {cut};{people} 人({charts} 份病历);规则 {rules}"
    else:
        yield f"period {first} to {last}, data up to {cut}; {people} persons ({charts} charts); rules {rules}"


def table(result: Reckoning, lang: str) -> Table:
    """Return the report as a table."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(HEADS["zh" if lang == "zh" else "en"]):
        found.add_column(
            name, justify="right" if i in (1, 2, 3, 4, 5) else "left", overflow="fold", no_wrap=i in (1, 2, 3)
        )
    for one, goal in result.rows():
        found.add_row(*line(result, one, goal, lang))
    return found


def line(result: Reckoning, found: Measured, goal: GoalDoc | None, lang: str) -> list[str]:
    """Return the cells of one line."""
    row = result.measured_as(found)
    percent = "%" if found.is_rate and found.measure.per == 100 else ""
    value = span(row["low"], row["high"], percent) if found.is_rate else span(whole(row["low"]), whole(row["high"]), "")
    if found.status == "provisional" and row["rate"] is not None:
        value += "*"
    unknown = "—" if row["unknown_share"] is None else f"{row['unknown_share']}%"
    if row["open"]:
        unknown += f" +{row['open']:,}"
    moved = result.moved(found, goal)
    cells = [result.title(found, lang), amount(row["n"]), amount(row["d"]), value, unknown, shift(moved, found, lang)]
    if goal is None:
        return [*cells, "", ""]
    goals = [wanted(str(text), lang, found.is_rate) for text in goal.goal]
    name_zh, name_en, colour = VERDICTS[result.verdicts[goal.key]]
    mark = "" if result.settled(goal) else "*"
    verdict = f"[{colour}]{name_zh if lang == 'zh' else name_en}{mark}[/{colour}]"
    if len(goals) > 1:
        each = [VERDICTS[one][lang != "zh"] for one in result.readings(goal)]
        colon = ":" if lang == "zh" else ": "
        goals = [f"{text}{colon}{one}" for text, one in zip(goals, each, strict=True)]
    return [*cells, (" / ").join(goals), verdict]


def wanted(text: str, lang: str, rate: bool) -> str:
    """Return a goal as it is printed.

    >>> wanted("change >= 2 %", "zh", True), wanted("points >= 10", "zh", True), wanted(">= 61 %", "en", True)
    ('增长≥2%', '提高≥10个百分点', '≥61%')
    """
    words = [GOALS.get(word, word) if lang == "zh" or word in (">=", "<=") else word for word in text.split()]
    points = ("个百分点" if lang == "zh" else " pp") if rate and text.startswith("points") else ""
    return ("" if lang == "zh" else " ").join(words).replace(" %", "%").replace("≥ ", "≥") + points


def span(low: str | None, high: str | None, unit: str) -> str:
    """Return a value, or the range it lies in; an end that nothing bounds is left out."""
    if low is None and high is None:
        return "—"
    if low == high:
        return f"{low}{unit}"
    return f"{low or ''}–{high or ''}{unit}"


def whole(text: str | None) -> str | None:
    """Return a count without its decimals."""
    return None if text is None else text.removesuffix(".0")


def amount(value: int | str | None) -> str:
    """Return a count as it is printed."""
    return "—" if value is None else f"{value:,}" if isinstance(value, int) else value


def shift(moved: dict[str, list[str | None]] | None, found: Measured, lang: str) -> str:
    """Return the difference in points and the relative change, both, never one of them silently."""
    if moved is None:
        return ""
    if moved["points"] == [None, None]:
        return "—"
    unit = ("点" if lang == "zh" else " pp") if found.is_rate else ""
    gained, relative = (span(moved[kind][0], moved[kind][1], "") for kind in ("points", "change"))
    return f"{gained}{unit}, {relative}%"


def foot(result: Reckoning, lang: str) -> Iterator[str]:
    """Yield the lines below the table: marks, goals reported together, notes, what was refused."""
    zh = lang == "zh"
    yield ""
    for one in result.flags():
        each = ";".join(f"{key} {VERDICTS[flag][not zh]}" for key, flag in one["flags"].items())
        yield f"{one['title'][lang]}: {VERDICTS[one['verdict']][not zh]} ({each})"
    for goal in result.goals():
        if goal.note is not None:
            yield f"{goal.key}: {goal.note.zh if zh else goal.note.en}"
    if any(found.status == "provisional" for found, _ in result.rows()):
        yield (
            "* 依赖推定(名单已交而未列者按无计)"
            if zh
            else "* rests on assumptions (a delivered list that does not name it)"
        )
    if any(found.assumed.open for found, _ in result.rows()):
        yield (
            "不明一栏“+数”为不知是否计入分母者"
            if zh
            else "unknown: “+number” are people not known to be in the denominator"
        )
    kinds = {
        kind for found, goal in result.rows() if (kind := result.against(found, goal)) and kind not in result.before
    }
    for kind in sorted(kinds):
        option = f"--{kind}"
        yield f"未给出对照期,用 {option} 给出后才能比较" if zh else f"no {kind} result was given; {option} gives it"
    for before in result.before.values():
        if before.other_length is not None:
            yield (
                f"对照期 {before.period} 与统计期 {result.period.text} 长短不同,增减无法判断"
                if zh
                else f"{before.period} and {result.period.text} differ in length: growth or fall cannot be told"
            )
    if result.cohort.doubled:
        yield (
            f"重复编号 {result.cohort.doubled:,} 份"
            if zh
            else f"{result.cohort.doubled:,} charts of persons met before"
        )
    for code, count in sorted(result.refused.items()):
        entry = catalogue()[code]
        yield f"{count:,} × {code}: {plain(entry.zh if zh else entry.en)}"
