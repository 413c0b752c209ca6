"""Catalogue of problems reported by the stage `language`: code → severity, texts and remedies."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {}
