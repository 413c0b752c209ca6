"""Guideline folders: data only."""
