"""Site settings given with a run: what a place has or has chosen, put into packs that are compiled already."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from sangao.engine.errors import Problem, SangaoError, Span
from sangao.engine.guide import Pack


def with_settings(packs: Sequence[Pack], settings: Mapping[str, str]) -> list[Pack]:
    """Return the packs with these site settings (fact id → value): each takes those it knows.

    Raises SangaoError for a setting that no pack knows and a value that its fact cannot have. An answer's pack hash is
    that of the pack with its settings.
    """
    if not settings:
        return list(packs)
    from sangao.engine.passes.facts import fits, wanted

    problems: list[Problem] = []
    for name, value in settings.items():
        where = getattr(name, "span", Span())
        found = [fact for pack in packs if (fact := pack.compiled.dictionary.facts.get(name)) and fact.site]
        if not found:
            sites = sorted({one.id for pack in packs for one in pack.compiled.dictionary.facts.values() if one.site})
            near = get_close_matches(name, sites, 1, 0.3)
            parts = {"name": name, "nearest": near[0] if near else "、".join(sites[:8]) or "—"}
            problems.append(Problem("meaning.unknown_setting", where, parts))
        elif not fits(found[0], str(value)):
            problems.append(Problem("meaning.setting_value", where, {"name": name, "wanted": wanted(found[0])}))
    if problems:
        raise SangaoError(problems, usage=True)
    made = []
    for pack in packs:
        mine = {str(name): str(value) for name, value in settings.items() if name in pack.compiled.dictionary.facts}
        made.append(pack.sited(mine) if mine else pack)
    return made


def from_texts(texts: Sequence[str]) -> dict[str, str]:
    """Return settings written as `NAME=VALUE`.

    >>> from_texts(["has_lab=true"])
    {'has_lab': 'true'}
    """
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in texts)}
