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
}
