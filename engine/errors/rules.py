"""Catalogue of problems of rule documents, from the bytes of a file to the documents of a folder."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    # --- bytes and YAML
    "rules.unreadable": _error(
        "文件无法读取",
        "the file cannot be read",
        "检查文件是否存在及读取权限",
        "check that the file exists and may be read",
    ),
    "rules.bad_utf8": _error(
        "此处不是有效的 UTF-8 编码", "this is not valid UTF-8", "将文件另存为 UTF-8", "save the file as UTF-8"
    ),
    "rules.too_large": _error(
        "文件超过 {limit} 字节",
        "the file is larger than {limit} bytes",
        "把文件拆分为几个文件",
        "divide the file into several",
    ),
    "rules.too_deep": _error(
        "嵌套超过 {limit} 层",
        "nested more than {limit} deep",
        "检查括号和缩进;规则文件不需要这么深",
        "check brackets and indentation; no rule needs this depth",
    ),
    "rules.syntax": _error(
        "YAML 语法错误:{said}",
        "not YAML: {said}",
        "检查此处的缩进、冒号、引号和括号;含 `:` 或 `#` 的文本要加引号",
        "check indentation, colons, quotes and brackets here; a text with `:` or `#` is quoted",
    ),
    "rules.tab": _error("含有制表符", "a tab stands here", "改用空格", "use blanks instead"),
    "rules.duplicate_key": _error(
        "键 `{key}` 重复出现", "key `{key}` stands twice", "删除其中一个", "remove one of the two"
    ),
    "rules.complex_key": _error(
        "键不是一个文本",
        "a key is not a text",
        "键写成一个词;文本含 `{{` 或 `[` 时加引号",
        "write the key as one word; quote texts with `{{` or `[`",
    ),
    "rules.anchor": _error(
        "不允许锚点或别名 `{name}`",
        "anchors and aliases such as `{name}` are not allowed",
        "把内容完整写出;以 `&` 或 `*` 开头的文本要加引号",
        "write the content out; quote a text that starts with `&` or `*`",
    ),
    "rules.tag": _error(
        "不允许 YAML 标签或指令",
        "YAML tags and directives are not allowed",
        "删除;以 `!` 开头的文本要加引号",
        "remove it; quote a text that starts with `!`",
    ),
    "rules.merge_key": _error(
        "不允许合并键 `<<`", "the merge key `<<` is not allowed", "把各键完整写出", "write the keys out"
    ),
    "rules.implicit_boolean": _error(
        "`{given}` 会被 YAML 当作布尔值",
        "YAML takes `{given}` for a boolean",
        '布尔值只写 true 或 false;文本请加引号 "{given}"',
        'booleans are only true and false; quote a text: "{given}"',
    ),
    "rules.null": _error(
        "此处的值为空",
        "the value is empty",
        "写出值,或删除这个键;文本请加引号",
        "write a value or remove the key; quote a text",
    ),
    "rules.loose_comma": _error(
        "逗号把文本断开,`{given}` 成了没有值的键",
        "a comma has cut a text: `{given}` stands as a key without a value",
        "整个文本加引号,或改用全角逗号",
        "quote the whole text",
    ),
    "rules.bare_date": _error(
        "日期 `{given}` 没有加引号", "date `{given}` is not quoted", '写成 "{given}"', 'write "{given}"'
    ),
    # --- shape
    "rules.unknown_form": _error(
        "`{given}` 不是规则文档的形式",
        "`{given}` is no form of a rule document",
        "最接近的写法:{nearest}",
        "the nearest is {nearest}",
    ),
    "rules.unknown_key": _error(
        "此处没有名为 `{key}` 的键",
        "key `{key}` is not known here",
        "最接近的键:{nearest}",
        "the nearest key is {nearest}",
    ),
    "rules.missing_key": _error("缺少键 `{key}`", "key `{key}` is missing", "加上 `{key}:`", "add `{key}:`"),
    "rules.missing_text": _error(
        "缺少 `{key}` 文字",
        "the `{key}` text is missing",
        "写成 {{zh: 中文, en: 英文}},两者都要有",
        "write {{zh: …, en: …}} with both",
    ),
    "rules.wrong_shape": _error(
        "此处应为{wanted_zh}",
        "{wanted_en} is expected here",
        "参见 docs/language.md 中的示例",
        "see the examples of docs/language.md",
    ),
    "rules.bad_choice": _error(
        "`{given}` 不是可选值", "`{given}` is not one of the choices", "可选:{choices}", "choose one of {choices}"
    ),
    "rules.not_a_number": _error(
        "`{given}` 不是十进制数", "`{given}` is no decimal number", "写成如 0.01", "write it like 0.01"
    ),
    "rules.not_a_count": _error(
        "`{given}` 不是整数", "`{given}` is no whole number", "写一个整数", "write a whole number"
    ),
    "rules.not_true_or_false": _error(
        "`{given}` 不是 true 或 false", "`{given}` is not true or false", "写 true 或 false", "write true or false"
    ),
    "rules.bad_date": _error(
        "`{given}` 不是有效日期", "`{given}` is no date", '写成 "2025-03-09"', 'write it like "2025-03-09"'
    ),
    "rules.bad_id": _error(
        "`{given}` 不能作标识", "`{given}` cannot be an id", "写成如 `{form}`", "write it like `{form}`"
    ),
    "rules.empty": _error("{what_zh}为空", "{what_en} is empty", "填写内容,或删除这个键", "fill it or remove the key"),
    "rules.one_document": _error(
        "{file} 只能有一个文档",
        "{file} holds one document only",
        "合并到第一个文档",
        "merge it into the first document",
    ),
    # --- within a document
    "rules.doubled_id": _error(
        "标识 `{id}` 重复",
        "id `{id}` stands twice",
        "给其中一个另取名称(行用 `id:`)",
        "rename one of the two (a row with `id:`)",
    ),
    "rules.needs": _error(
        "`{given}` 需要同时有 `{needed}`",
        "`{given}` needs `{needed}`",
        "补上 `{needed}`,或去掉 `{given}`",
        "add `{needed}` or drop `{given}`",
    ),
    "rules.conflict": _error(
        "`{first}` 与 `{second}` 不能同时出现",
        "`{first}` and `{second}` exclude each other",
        "删除其中一个",
        "remove one of the two",
    ),
    "rules.one_of": _error(
        "`{keys}` 中必须恰好有一个", "exactly one of `{keys}` must stand", "保留一个", "keep one of them"
    ),
    "rules.empty_range": _error(
        "范围为空:{low} 到 {high}",
        "the range from {low} to {high} is empty",
        "低值写在前面",
        "write the lower end first",
    ),
    "rules.not_positive": _error(
        "`{given}` 不大于 0", "`{given}` is not above 0", "写一个正数", "write a positive number"
    ),
    "rules.too_fine": _error(
        "以 `{grid}` 为步长,`{given}` 超出 32 位整数",
        "in steps of `{grid}` the end `{given}` does not fit into 32 bits",
        "用更大的 grid,或更窄的 hard 与 warn",
        "take a larger `grid`, or narrower ranges in `hard` and `warn`",
    ),
    "rules.no_outcomes": _error(
        "`{id}` 没有声明可能的结果",
        "`{id}` does not declare what it can answer",
        "加上 `order:`(有序)或 `outcomes:`",
        "add `order:` (ordered) or `outcomes:`",
    ),
    "rules.unknown_outcome": _error(
        "`{given}` 不是声明过的结果", "`{given}` is no declared outcome", "最接近:{nearest}", "the nearest is {nearest}"
    ),
    "rules.unknown_exception": _error(
        "没有名为 `{given}` 的例外", "no exception is named `{given}`", "最接近:{nearest}", "the nearest is {nearest}"
    ),
    "rules.missing_cell": _error(
        "这一行缺少输入 `{input}` 的单元格",
        "the row has no cell for input `{input}`",
        '不看此项时写 `{input}: "-"`',
        'write `{input}: "-"` where it does not matter',
    ),
    "rules.reserved": _error(
        "`{given}` 是保留名称", "the name `{given}` is reserved", "换一个名称", "choose another name"
    ),
    "rules.case_without_decide": _error(
        "cases/ 中的案例没有写 `decide`",
        "a case under cases/ does not say what to `decide`",
        "加上 `decide: <决策标识>`",
        "add `decide: <decision id>`",
    ),
    # --- between documents
    "rules.unknown_group": _error(
        "没有名为 `{given}` 的测量组", "no group is named `{given}`", "最接近:{nearest}", "the nearest is {nearest}"
    ),
    "rules.unknown_fact": _error(
        "没有名为 `{given}` 的事实", "no fact is named `{given}`", "最接近:{nearest}", "the nearest is {nearest}"
    ),
    "rules.not_a_member": _error(
        "`{id}` 与测量组 `{group}` 没有互相指明",
        "`{id}` and group `{group}` do not name each other",
        "事实写 `group: {group}`,且组的 `members` 列出 `{id}`",
        "the fact says `group: {group}` and `members` of the group lists `{id}`",
    ),
    "rules.param_overlap": _error(
        "参数在 {from} 有两个值",
        "the parameter has two values on {from}",
        "给较早的值写 `until:`",
        "end the earlier value with `until:`",
    ),
    "rules.param_not_in_force": _error(
        "参数 `{id}` 在 {day} 没有生效的值",
        "parameter `{id}` has no value on {day}",
        "补上该日期的值(`from:`/`until:`)",
        "add a value that holds on that day (`from:`/`until:`)",
    ),
    "rules.pack_name": _error(
        "包名 `{given}` 与文件夹 `{folder}` 不同",
        "pack `{given}` stands in folder `{folder}`",
        "两者改为一致",
        "give both the same name",
    ),
    "rules.overlay_name": _error(
        "覆盖文件 {file} 的名字与 `overlay:` 不同",
        "file {file} is not named as its `overlay:`",
        "两者改为一致",
        "give both the same name",
    ),
    "rules.missing_file": _error("缺少文件 {file}", "file {file} is missing", "创建 {file}", "create {file}"),
    "rules.missing_page": Entry(
        "warning",
        "缺少 {file}",
        "{file} is missing",
        "写明依据和版本变化,供审阅者阅读",
        "say what the rules rest on and what changed, for those who review them",
    ),
    "rules.stray_file": Entry(
        "warning",
        "文件 {file} 不会被读取",
        "nobody reads {file}",
        "规则放在 rules/*.yaml,案例放在 cases/*.yaml",
        "rules stand in rules/*.yaml, cases in cases/*.yaml",
    ),
}
