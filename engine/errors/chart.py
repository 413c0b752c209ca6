"""Catalogue of problems reported by the stage `chart`: code → severity, texts and remedies."""

from sangao.engine.errors import Entry

ENTRIES: dict[str, Entry] = {}
