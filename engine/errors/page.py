"""`docs/problems.md`: the catalogue as a page. Run `python -m sangao.engine.errors.page` to write it."""

from pathlib import Path

from sangao.engine.errors import catalogue

HEAD = """# 问题目录 · Problems

Written by `python -m sangao.engine.errors.page`; do not edit. `{…}` stands for the place, name or limit at hand.

"""


def write() -> str:
    """Return the page: every code with what it says and what to do, in Chinese and English."""
    parts = [HEAD]
    for code, entry in sorted(catalogue().items()):
        parts.append(f"### {code}\n\n`{entry.severity}` {entry.zh} → {entry.help_zh}\n\n")
        parts.append(f"{entry.en} → {entry.help_en}\n\n")
    return "".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    Path("docs/problems.md").write_text(write(), encoding="utf-8")
