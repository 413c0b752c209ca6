"""Catalogue of problems of meaning, composition and backing: packs, rows and documents, texts, settings."""

from sangao.engine.errors import Entry


def _error(zh: str, en: str, help_zh: str, help_en: str) -> Entry:
    return Entry("error", zh, en, help_zh, help_en)


ENTRIES: dict[str, Entry] = {
    "meaning.uses_cycle": _error(
        "规则包互相使用:{cycle}",
        "packs use each other in a circle: {cycle}",
        "拆出共用部分",
        "move what is shared into one pack",
    ),
    "meaning.not_in_pack": _error(
        "规则包 `{pack}` 没有决策 `{name}`",
        "pack `{pack}` has no decision `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "meaning.doubled_decision": _error(
        "决策 `{name}` 有两个来源,其一为规则包 `{pack}`",
        "decision `{name}` has two sources, one of them pack `{pack}`",
        "用 only 去掉一个,或用 as 改名",
        "leave one out with `only` or rename it with `as`",
    ),
    "meaning.unknown_row": _error(
        "没有条目 `{row}`",
        "no row `{row}` is known",
        "最接近:{nearest};条目写在 shared/rows/*.yaml",
        "the nearest is {nearest}; rows stand in shared/rows/*.yaml",
    ),
    "meaning.doubtful_row": _error(
        "条目 `{row}` 尚存疑,不能作为依据",
        "row `{row}` is in doubt and cannot be cited",
        "改用 about,或待核实后再引用",
        "put it under `about`, or cite it once it is checked",
    ),
    "meaning.unknown_document": _error(
        "sources.yaml 没有文献 `{name}`",
        "sources.yaml has no document `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "meaning.text_hole": _error(
        "文本中的花括号不成对或写法不对:{given}",
        "a brace of the text does not fit: {given}",
        "花括号内写一个事实或决策的名字,需要时加 |1 这样的显示小数位;文本中不作他用",
        "braces hold one name of a fact or decision, with decimals to show such as |1 if wanted, and nothing else",
    ),
    "meaning.text_name": _error(
        "文本中的 `{name}` 既不是事实也不是有取值的决策",
        "`{name}` in the text is neither a fact nor a decision with a value",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
    "meaning.text_apart": _error(
        "中英文文本所带的值不同:{names}",
        "the Chinese and the English text carry different values: {names}",
        "两种语言写同样的值和小数位",
        "write the same values and decimals in both",
    ),
    "meaning.setting_value": _error(
        "本地设置 `{name}` 的值不合用",
        "the value of site setting `{name}` does not fit",
        "应写{wanted}",
        "write {wanted}",
    ),
    "meaning.unknown_setting": _error(
        "没有名为 `{name}` 的本地设置",
        "no site setting is named `{name}`",
        "最接近:{nearest}",
        "the nearest is {nearest}",
    ),
}
