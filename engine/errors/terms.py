"""Catalogue of problems of terms: codes, units and names of hosts that the book of terms does not hold."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "terms.twice": Entry(
        "error",
        "`{name}` 出现两次,含义不能确定",
        "`{name}` stands twice, so what it means cannot be told",
        "只保留一处",
        "keep one of the two",
    ),
    "terms.unknown_fact": Entry(
        "error",
        "没有名为 `{name}` 的项目",
        "no fact is named `{name}`",
        "项目见 guidelines/shared/facts",
        "the facts stand in guidelines/shared/facts",
    ),
    "terms.unknown_substance": Entry(
        "error",
        "复方成分 `{name}` 未列为药物",
        "the combination holds `{name}`, which is no drug of the list",
        "先在 substances 或 bystanders 中写该成分",
        "write it under substances or bystanders first",
    ),
    "terms.not_of_fact": Entry(
        "error",
        "项目 `{name}` 不使用单位 `{unit}`",
        "the fact `{name}` has no unit `{unit}`",
        "写该项目声明的单位,或 asked、none",
        "write a unit the fact declares, or asked, or none",
    ),
    "terms.unknown_way": Entry(
        "error",
        "`--as` 只能是:{ways}",
        "`--as` is one of {ways}",
        "不写 --as 则按每一种理解",
        "leave --as out to try each of them",
    ),
    "terms.unknown_text": Entry(
        "error",
        "术语表中没有这个代码、单位或名称",
        "the book of terms holds no such code, unit or name",
        "最接近的:{nearest}",
        "the nearest are {nearest}",
    ),
    "terms.unknown_code": Entry(
        "warning",
        "检验检查代码 {code}({system})未收录,该结果未使用",
        "the code {code} ({system}) of an observation is not in the book of terms; the result was not used",
        "核对代码;确需使用时加到 guidelines/shared/terms/observations.yaml",
        "check the code; where it is needed add it to guidelines/shared/terms/observations.yaml",
    ),
    "terms.set_aside": Entry(
        "note",
        "代码 `{code}`({system})已知但不作为项目读取:{reason}",
        "the code `{code}` ({system}) is known and not read as a fact: {reason}",
        "无需处理;需要时改用所指项目的代码",
        "nothing to do; send the code of the fact itself where it is meant",
    ),
    "terms.unknown_unit": Entry(
        "warning",
        "单位 {unit} 未收录,该结果未使用",
        "the unit {unit} is not in the book of terms; the result was not used",
        "核对单位写法;确需使用时加到 guidelines/shared/terms/units.yaml",
        "check how the unit is written; where it is needed add it to guidelines/shared/terms/units.yaml",
    ),
    "terms.no_unit": Entry(
        "warning",
        "代码 `{code}` 的结果没有单位,不能推定,未使用",
        "a result of the code `{code}` has no unit and none may be taken for granted; it was not used",
        "发送结果时带上单位",
        "send results with their unit",
    ),
    "terms.unknown_condition": Entry(
        "warning",
        "诊断 {code} 未收录,不推定清单中其他诊断为无",
        "the diagnosis {code} is not in the book of terms; nothing is assumed absent from its list",
        "核对代码;确需使用时加到 guidelines/shared/terms/conditions.yaml",
        "check the code; where it is needed add it to guidelines/shared/terms/conditions.yaml",
    ),
    "terms.unknown_drug": Entry(
        "warning",
        "药品 {code} 未收录,不推定清单中其他药物未用",
        "the drug {code} is not in the book of terms; no other drug of its list is assumed absent",
        "核对通用名;确需使用时加到 guidelines/shared/terms/drugs.yaml",
        "check the generic name; where it is needed add it to guidelines/shared/terms/drugs.yaml",
    ),
    "terms.unknown_element": Entry(
        "warning",
        "数据元 {code} 未收录,未使用",
        "the data element {code} is not in the book of terms; it was not used",
        "核对数据元标识;确需使用时加到 guidelines/shared/terms/elements.yaml",
        "check the id; where it is needed add it to guidelines/shared/terms/elements.yaml",
    ),
    "terms.bystander": Entry(
        "note",
        "所列药品已识别,没有规则涉及它",
        "a drug of the list is known, and no rule speaks of it",
        "无需处理;它不影响对其他药物的判断",
        "nothing to do; it does not keep other drugs from being assumed absent",
    ),
}
