"""Catalogue of problems at the edge: packs, files, command line, saved packs."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {
    "host.unknown_pack": Entry(
        "error",
        "没有名为 `{name}` 的规则包",
        "no pack is named `{name}`",
        "最接近的名称:{nearest};用 `sangao packs` 列出全部规则包",
        "the nearest name is {nearest}; `sangao packs` lists all packs",
    ),
    "host.unknown_overlay": Entry(
        "error",
        "没有名为 `{name}` 的本地覆盖",
        "no overlay is named `{name}`",
        "写文件路径;随附的覆盖中最接近的:{nearest}",
        "name a file; the nearest of the shipped ones is {nearest}",
    ),
    "host.overlay_on_saved": Entry(
        "error",
        "已编译的 .sangao 文件不能再加本地覆盖",
        "a compiled .sangao file takes no overlay",
        "从规则文件夹加载:sangao build 时用 --overlay",
        "load the guideline folders, or give --overlay to sangao build",
    ),
    "host.not_a_pack": Entry(
        "error",
        "这不是 .sangao 规则包文件",
        "this is not a .sangao pack",
        "用 `sangao build 文件夹 --out 文件.sangao` 生成",
        "make one with `sangao build FOLDER --out FILE.sangao`",
    ),
    "host.pack_newer": Entry(
        "error",
        "规则包格式版本 {version} 比本软件支持的 {known} 新",
        "the pack has format version {version}, newer than {known} which this software reads",
        "升级 sangao,或用旧版本重新生成规则包",
        "upgrade sangao, or build the pack again with this version",
    ),
    "host.pack_damaged": Entry(
        "error",
        "规则包文件损坏({section})",
        "the pack file is damaged ({section})",
        "重新复制或重新生成该文件",
        "copy or build the file again",
    ),
    "host.unreadable": Entry(
        "error",
        "无法读取该文件({reason})",
        "the file cannot be read ({reason})",
        "检查路径与权限",
        "check the path and its permissions",
    ),
    "host.unwritable": Entry(
        "error",
        "无法写入该文件({reason})",
        "the file cannot be written ({reason})",
        "检查路径、权限与剩余空间",
        "check the path, its permissions and the space left",
    ),
    "host.unknown_decision": Entry(
        "error",
        "规则包 `{pack}` 中没有判断 `{name}`",
        "the pack `{pack}` has no decision `{name}`",
        "最接近的名称:{nearest};用 `sangao packs` 列出",
        "the nearest name is {nearest}; `sangao packs` lists them",
    ),
    "host.not_utf8": Entry(
        "error",
        "内容不是 UTF-8 编码(第 {at} 字节处)",
        "the content is not UTF-8 (at byte {at})",
        "另存为 UTF-8 后再试",
        "save it as UTF-8 and try again",
    ),
    "host.not_json": Entry(
        "error",
        "内容不是有效的 JSON",
        "the content is not valid JSON",
        "检查括号、逗号与引号",
        "check brackets, commas and quotes",
    ),
    "host.unknown_format": Entry(
        "error",
        "没有适配器能读取 `{name}`",
        "no adapter reads `{name}`",
        "可读:sangao.chart/1 的 JSON;其他格式需安装相应适配器",
        "readable: JSON of sangao.chart/1; other formats need their adapter installed",
    ),
    "host.unknown_form": Entry(
        "error",
        "没有适配器能输出 `{name}` 形式",
        "no adapter writes the form `{name}`",
        "可用:text、json、fhir;其他形式需安装相应适配器",
        "use text, json or fhir; other forms need their adapter installed",
    ),
    "host.no_hooks": Entry(
        "error",
        "命令行未连接任何适配器",
        "the command line has no hooks",
        "用 `sangao` 命令启动",
        "start it with the `sangao` command",
    ),
}
