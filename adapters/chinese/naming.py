"""What a statement is called: the fact its name stands for, its unit in brackets, and whether it speaks of a goal.

An id of a data element is not believed against its name: systems write goals, home and ambulatory pressures, urine and
what was found long ago under the id of the plain finding. A name agrees where it is one of the fact, or one of the fact
with a word beside it that changes nothing. Any other name keeps the value out, and that is said.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sangao.adapters.chinese.elements import element_id
from sangao.adapters.terms import Book
from sangao.engine.quantity import normalise

PRESSURE: Final = {"sbp": "收缩压", "dbp": "舒张压"}
_SETTINGS: Final = {
    "left": "左侧{} 左侧上肢{} 左上肢{} 左臂{} 左{}",
    "right": "右侧{} 右侧上肢{} 右上肢{} 右臂{} 右{}",
    "home": "家庭{} 家庭自测{} 家庭自测平均{} 家庭平均{} 家庭血压{} 家庭自测血压{} 居家{} 居家自测{} 自测{} 家测{}",
    "24h": "24小时平均{} 24h平均{} 24小时{}平均 24小时{}均 24小时动态平均{} 动态24小时平均{} 动态血压24小时平均{} "
    "24小时动态血压平均{}",
    "day": "日间平均{} 白天平均{} 白昼平均{} 动态日间平均{} 动态血压日间平均{}",
    "night": "夜间平均{} 动态夜间平均{} 动态血压夜间平均{}",
    "stand1": "站立1分钟{} 立位1分钟{} 直立1分钟{}",
    "stand3": "站立3分钟{} 立位3分钟{} 直立3分钟{}",
}

NAMES: Final = {
    "收缩压": "sbp_office",
    "舒张压": "dbp_office",
    **{
        form.format(zh): f"{one}_{setting}"
        for one, zh in PRESSURE.items()
        for setting, forms in _SETTINGS.items()
        for form in forms.split()
    },
    "心率": "heart_rate",
    "脉率": "heart_rate",
    "脉搏": "heart_rate",
    "身高": "height",
    "体重": "weight",
    "体质指数": "bmi",
    "体重指数": "bmi",
    "腰围": "waist",
    "臀围": "hip",
    "血氧饱和度": "spo2",
    "空腹血糖": "fpg",
    "餐后2小时血糖": "pg2h_meal",
    "餐后两小时血糖": "pg2h_meal",
    "糖负荷后2小时血糖": "pg2h_ogtt",
    "随机血糖": "pg_random",
    "糖化血红蛋白": "hba1c",
    "血红蛋白": "hb",
    "总胆固醇": "tc",
    "甘油三酯": "tg",
    "低密度脂蛋白胆固醇": "ldl",
    "高密度脂蛋白胆固醇": "hdl",
    "肌酐": "creatinine",
    "尿素氮": "bun",
    "血钾": "potassium",
    "血钠": "sodium",
    "谷丙转氨酶": "alt",
    "谷草转氨酶": "ast",
    "总胆红素": "tbil",
    "日吸烟量": "cig_per_day",
    "日饮酒量": "drink_amount",
    "日主食量": "staple_food",
}
"""Names that are read where an element has no usable id."""

_AGREE: Final = {
    "sbp_office": "血压 高压", "dbp_office": "血压 低压",
    "fpg": "空腹葡萄糖 空腹时血糖 血糖,空腹时 血糖检测值,空腹时 空腹静脉血浆葡萄糖 空腹血浆葡萄糖 空腹静脉血糖",
    "pg_unspecified": "血糖 葡萄糖", "pg_capillary": "指尖血糖 末梢血糖 毛细血管血糖 末梢血血糖",
    "fpg_capillary": "空腹指尖血糖 空腹末梢血糖",
    "pg2h_meal": "餐后血糖 餐后2h血糖 餐后2小时葡萄糖 2小时餐后血糖",
    "pg2h_ogtt": "糖负荷后2h血糖 ogtt2小时血糖 ogtt2h血糖 葡萄糖负荷后2小时血糖 口服葡萄糖耐量试验2小时血糖",
    "hba1c": "糖化 糖化血红蛋白a1c hba1c", "ldl": "低密度脂蛋白 ldl-c", "hdl": "高密度脂蛋白 hdl-c",
    "tc": "胆固醇", "tg": "三酰甘油", "bun": "尿素", "potassium": "钾 钾离子", "sodium": "钠 钠离子",
    "alt": "丙氨酸氨基转移酶 丙氨酸氨基转换酶", "ast": "天门冬氨酸氨基转移酶 天门冬氨酸氨基转换酶 天冬氨酸氨基转移酶",
    "u_malb": "尿微量白蛋白 尿白蛋白", "u_protein_qual": "尿蛋白定性检测 定性尿蛋白 尿蛋白定性 尿蛋白",
    "u_protein_24h": "尿蛋白定量 24小时尿蛋白定量 24小时尿蛋白 尿蛋白定量检测 定量尿蛋白 24h尿蛋白定量",
    "oedema": "下肢水肿", "dorsalis_pedis": "足背动脉搏动 足背动脉", "hypoglycaemia": "低血糖反应",
    "smoke_status": "吸烟状况 吸烟状态 吸烟", "cig_per_day": "每日吸烟量 日吸烟",
    "quit_days": "停止吸烟时长 停止吸烟天数 戒烟时长 戒烟天数", "drink_freq": "饮酒频率 饮酒频次",
    "drink_amount": "每日饮酒量 日饮酒", "salt_level": "摄盐 摄盐量 摄盐量分级 摄盐程度 摄盐情况",
    "exercise_freq": "运动频率 身体活动频率 锻炼频率 每周运动次数 每周锻炼次数 运动次数 锻炼次数 运动",
    "exercise_min": "运动时长 每次运动时间 每次锻炼时间 每次运动时长 每次锻炼时长 运动时间 锻炼时间 锻炼时长",
    "staple_food": "主食量 主食 每日主食量", "psych": "心理状态 心理状况 心理调整 心理",
    "obey": "遵医行为 遵医 随访遵医行为", "adherence": "服药依从性 用药依从性 用药观察 依从性",
    "adverse_drug": "药物不良反应 用药不良反应 用药副作用 药物副作用 不良反应",
    "htn_diagnosis_date": "确诊日期 确诊时间 诊断日期 诊断时间 高血压确诊日期 高血压确诊时间 高血压诊断日期",
}  # fmt: skip
"""Names that agree with an id besides; a name alone is not read by them."""

ALSO: Final = {(fact, word) for fact, words in _AGREE.items() for word in words.split()}

_OTHERS: Final = {one: {f"{one}_{setting}" for setting in (*_SETTINGS, "rest")} for one in PRESSURE}
_ARMS: Final = {f"{one}_{side}" for one in PRESSURE for side in ("left", "right")}
REFINED: Final = {
    "sbp_office": _OTHERS["sbp"] | _ARMS,  # one form writes both pressures of an arm under one id
    "dbp_office": _OTHERS["dbp"] | _ARMS,
    "waist": {"hip"},
    "pg2h_ogtt": {"pg2h_meal"},
    "pg2h_meal": {"pg2h_ogtt"},
    "fpg": {"fpg_capillary", "pg_capillary", "pg_unspecified"},
}
"""Facts that share an id with another in real documents and are told apart by their name alone."""

_BEFORE = re.compile(
    r"^(?:体格检查|生命体征|体征|一般情况|一般状况|辅助检查|实验室检查|生活方式|健康体检|血压|血脂|肝功能|肾功能)[-_•·:/]"
    r"|^(?:血清|血浆|全血|静脉血浆|静脉血|静脉|末梢血|指尖血|本次|当前|目前|诊室|坐位|实测|测量|体检|随访|患者|第[一二三123]次)"
    r"|^血(?=肌酐|尿素)"
)
_AFTER = re.compile(
    r"(?:检测值|检查值|测量值|检测结果|检查结果|评价结果|测定值|浓度值|数值|读数|浓度|结果|代码|编码|类别|情况|标志|测定|检测|"
    r"测量|含量|水平|(?<!比)(?<!差)值)$"
)
_SAMPLE = re.compile(r"(?:静脉|末梢|指尖|毛细血管)(?:血(?=[血葡])|血浆|血清)?|血浆|血清")
_METHOD = re.compile(r".*法|必填|选填|检测|测量|结果")
_GOALS = ("目标", "建议", "理想", "期望", "预期", "控制", "计划", "推荐", "应达", "下次", "参考", "goal", "target")
_ANOTHER = (
    *("尿", "脑脊液", "胎", "父", "母", "配偶", "家庭", "居家", "自测", "动态", "24小时", "24h", "日间", "夜间"),
    *("平均", "立位", "站立", "卧位", "既往", "历史", "上次", "首次", "最高", "最低", "出生", "孕前", "产前", "入院"),
    *("极低", "小而密", "非高", "糖化白蛋白", "比值", "负荷", "ogtt", "餐前", "餐后", "睡前", "凌晨", "随机", "空腹"),
    *("指尖", "末梢", "毛细", "清除率", "胰岛素", "c肽", "a1c", "游离", "抗体", "呼气", "变化", "增加", "减少", "下降"),
)
"""Words that make another thing of a finding; a name with one of them must be known."""
_OWN: Final = {
    "fpg": ("空腹",), "pg2h_meal": ("餐后",), "pg2h_ogtt": ("负荷", "ogtt"), "pg_random": ("随机",),
    "fpg_capillary": ("空腹", "指尖", "末梢", "毛细"), "pg_capillary": ("指尖", "末梢", "毛细"),
    "hba1c": ("a1c",), "bun": ("尿",), "urate": ("尿",), "non_hdl": ("非高",),
    "sbp_24h": ("24小时", "24h", "平均", "动态"),
    "dbp_24h": ("24小时", "24h", "平均", "动态"),
}  # fmt: skip
"""Of those, the ones that belong to a fact."""


@dataclass(frozen=True, slots=True)
class Called:
    """A name: its bare `words` (empty for none), the `unit` in its brackets, the fact it stands for, if it is one.

    `reads` is set where the name may stand without an id; `facts` are all it agrees with.
    """

    words: str = ""
    unit: str = ""
    goal: bool = False
    reads: str | None = None
    facts: frozenset[str] = frozenset()

    def agreed(self, fact: str, *, by_element: bool) -> str | None:
        """Return the fact a statement is of whose code says `fact`: that one, one that shares the id, or none.

        A data element needs a name that agrees. A code of a laboratory is believed under a house name, unless that
        names another fact or holds a word that makes another thing of it.
        """
        if not self.words or fact in self.facts:
            return fact
        refined = REFINED.get(fact, set()) if by_element or fact.endswith("_office") else set()
        other = next((one for one in sorted(self.facts) if one in refined), None)
        if other or by_element or not self._is_house_name(fact):
            return other
        return fact

    def _is_house_name(self, fact: str) -> bool:
        if self.facts - {"pg_unspecified"}:
            return False  # it names another fact; "glucose" alone only says less
        urine = fact.startswith("u_") or fact == "uacr"
        allowed = ("尿", "24小时", "24h", "比值") if urine else _OWN.get(fact, ())
        return not any(word in self.words for word in _ANOTHER if word not in allowed)


@lru_cache(maxsize=2048)
def called(name: str, book: Book) -> Called:
    """Return what a name says.

    >>> from sangao.adapters.terms import book
    >>> def said(name):
    ...     found = called(name, book())
    ...     return sorted(found.facts), found.unit
    >>> said("*血清低密度酯蛋白胆固醇检测值（mmol/L）"), said(" 日饮酒量(两)"), said("收缩压（立位）")
    ((['ldl'], 'mmol/L'), (['drink_amount'], '两'), ([], ''))
    >>> called("体重(目标)", book()).goal, said("24小时平均收缩压"), said("极低密度脂蛋白胆固醇")
    (True, (['sbp_24h'], ''), ([], ''))
    """
    plain = normalise(name).replace("酯蛋白", "脂蛋白").replace(" ", "").strip("*:").lower()
    if not plain or element_id(plain):
        return Called()
    if is_goal(plain):
        return Called(plain, goal=True)
    unit, beside = "", []
    for found in re.findall(r"[(\[]([^()\[\]]*)[)\]]", normalise(name).replace(" ", "")):
        if book.unit(found) is not None or book.unit(f"{found}/d") is not None:
            unit = found
        elif found and not _METHOD.fullmatch(found):
            beside.append(found.lower())
    core = re.sub(r"[(\[][^()\[\]]*[)\]]", "", plain)
    reads, facts = _looked_up(core, book)
    for one in beside:  # "体重(实测)", "收缩压(左)", "糖化血红蛋白(HbA1c)", "血压(收缩压)"
        _, said = _looked_up(one, book)
        if said and not said & facts:
            core = one if core in ("血压", "血脂") else f"{one}{core}"
        elif not said:
            core = f"{one}{core}"
        reads, facts = _looked_up(core, book)
    return Called(core, unit, False, reads, facts)


def _looked_up(words: str, book: Book) -> tuple[str | None, frozenset[str]]:
    """Return the fact of bare words, taking off what changes nothing, one piece at a time."""
    while words:
        own = book.own_names.get(words)
        facts = {fact for fact, word in ALSO if word == words} | {one for one in (NAMES.get(words), own) if one}
        if facts:
            return NAMES.get(words), frozenset(facts)
        shorter = _AFTER.sub("", words)
        if shorter == words:
            shorter = _BEFORE.sub("", words)
        if shorter == words and words.endswith(("血糖", "葡萄糖")):
            shorter = _SAMPLE.sub("", words)  # of which sample it is, is judged apart
        if shorter == words:
            break
        words = shorter
    return None, frozenset()


def is_goal(name: str) -> bool:
    """Return whether a name speaks of a goal or of advice, wherever in it, and not of what was found.

    >>> [is_goal(one) for one in ("目标日吸烟量(支)", "医生建议腰围", "收缩压目标值", "理想体重", "日吸烟量")]
    [True, True, True, True, False]
    """
    plain = normalise(name).lower()
    return any(word in plain for word in _GOALS)


def shown(name: str) -> str:
    """Return a name as a problem may show it: short, and never a number of a person.

    >>> shown("收缩压目标值"), shown("血压 11010519491231002X")
    ('收缩压目标值', '…')
    """
    plain = " ".join(normalise(name).split())
    return "…" if re.search(r"[0-9]{6}", plain) else plain[:24]
