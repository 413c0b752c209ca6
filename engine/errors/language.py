"""Catalogue of problems reported by the stage `language`: code → severity, texts and remedies."""

from sangao.engine.errors import Entry

_GRAMMAR_ZH = "写法见 docs/language.md“Expressions”"
_GRAMMAR_EN = "the grammar stands in docs/language.md, `Expressions`"

ENTRIES: dict[str, Entry] = {
    "language.empty": Entry(
        "error", "表达式为空", "the expression is empty", "写出条件，或删去该键", "write a condition or drop it"
    ),
    "language.too_long": Entry(
        "error",
        "表达式长于 {limit} 个字符",
        "the expression is longer than {limit} characters",
        "用 let 拆成几个有名字的条件",
        "split it into named conditions with `let`",
    ),
    "language.too_deep": Entry(
        "error",
        "括号或 not 嵌套超过 {limit} 层",
        "nested deeper than {limit} levels",
        "用 let 拆成几个有名字的条件",
        "split it into named conditions with `let`",
    ),
    "language.character": Entry(
        "error",
        "不认识的字符 `{found}`",
        "character `{found}` has no meaning here",
        "用半角的 ( ) , < <= > >= = != + - *；≥ 写作 >=，≤ 写作 <=，≠ 写作 !=",
        "use ( ) , < <= > >= = != + - *; write >= for ≥, <= for ≤, != for ≠",
    ),
    "language.unexpected": Entry(
        "error", "此处是 `{found}`，应为{zh}", "found `{found}` where {en} must stand", _GRAMMAR_ZH, _GRAMMAR_EN
    ),
    "language.ends_early": Entry(
        "error", "表达式到此中断，还应有{zh}", "the expression ends where {en} must stand", _GRAMMAR_ZH, _GRAMMAR_EN
    ),
    "language.number": Entry(
        "error",
        "数字 `{found}` 写法不对或过长",
        "number `{found}` is malformed or too long",
        "写成十进制数，如 140 或 6.5",
        "write a decimal such as 140 or 6.5",
    ),
    "language.date": Entry(
        "error",
        "`{found}` 不是日期",
        "`{found}` is no date",
        '日期写成加引号的 "2025-03-09"；引号只用于日期',
        'write a date as "2025-03-09"; quotes are for dates alone',
    ),
    "language.quote": Entry(
        "error", "引号没有成对", "a quotation mark is not closed", "补上另一半引号", "close the quotation mark"
    ),
    "language.chained": Entry(
        "error",
        "比较不能连写",
        "comparisons cannot be chained",
        "写成两个条件，用 and 连接：a >= 1 and a < 2",
        "write two conditions joined by `and`: a >= 1 and a < 2",
    ),
    "language.equals": Entry("error", "等于写作 =", "equality is written =", "把 == 改为 =", "replace == by ="),
    "language.not_in": Entry(
        "error", "没有 `not in`", "there is no `not in`", "写成 not x in {{a, b}}", "write: not x in {{a, b}}"
    ),
    "language.factor": Entry(
        "error",
        "乘法只允许“数 * 项”，且数不带单位",
        "a product is a plain number, `*`, and a term",
        "把不带单位的数写在前面，如 0.5 * ldl",
        "put a number without unit first: 0.5 * ldl",
    ),
    "language.has_item": Entry(
        "error",
        "`in` 左边应是集合决策中的一个项目名",
        "left of `in` must stand the name of an item of the set decision",
        "写成 item in decision，或 x in {{a, b}}",
        "write: item in decision, or x in {{a, b}}",
    ),
    "language.known_item": Entry(
        "error",
        "`is known` 只能跟在事实名或时间窗之后",
        "`is known` follows the name of a fact or a window only",
        "只在 enough: 中写，如 fpg is known or hba1c is known",
        "it belongs to `enough:`, as in: fpg is known or hba1c is known",
    ),
    "language.window_subject": Entry(
        "error",
        "`{op}(…)` 内应先写一个事实名或组名",
        "`{op}(…)` starts with the name of a fact or group",
        "条件写在 where 之后，如 ever(bp_office where sbp_office >= 160 mmHg)",
        "put the condition behind `where`: ever(bp_office where sbp_office >= 160 mmHg)",
    ),
    "language.window_count": Entry(
        "error",
        "`{op}(…)` 的次数不对",
        "the count of `{op}(…)` is wrong",
        "running 与 streak 须写次数（正整数），last 可写，其他不写：running(2, bp_office where …)",
        "running and streak need a whole number, last may have one, others none: running(2, bp_office where …)",
    ),
    "language.clause_twice": Entry(
        "error", "`{found}` 写了两次", "`{found}` stands twice", "只留一处", "keep one of them"
    ),
    "language.span": Entry(
        "error",
        "时长 `{found}` 写法不对",
        "`{found}` is no span of time",
        "写成整数加 days、weeks、months 或 years，如 4 weeks",
        "write a whole number of days, weeks, months or years: 4 weeks",
    ),
    "language.arguments": Entry(
        "error",
        "`{op}(…)` 的参数个数不对",
        "`{op}(…)` has a wrong number of arguments",
        "min、max 至少两项，abs 一项，count 至少一项",
        "min and max take two or more, abs one, count one or more",
    ),
    "language.cell": Entry(
        "error",
        "单元格 `{found}` 写法不对",
        "cell `{found}` cannot be read",
        '写成 -、"[120..140)"、">= 180"、"< 1.8"、"= 3"、"a, b"、"not(a)"、true 或 false',
        'write -, "[120..140)", ">= 180", "< 1.8", "= 3", "a, b", "not(a)", true or false',
    ),
    "language.cell_empty": Entry(
        "error",
        "区间 `{found}` 不含任何值",
        "band `{found}` holds no value",
        "下端须小于上端；半开区间写作 [低..高)",
        "the lower end must be below the upper; a half-open band is [low..high)",
    ),
    "language.cell_mixed": Entry(
        "error",
        "单元格 `{found}` 混用了区间、代码或单位",
        "cell `{found}` mixes bands, codes or units",
        "一个单元格只写一类，单位一致",
        "keep to one sort and one unit in a cell",
    ),
}
