"""Catalogue of problems of meaning: names, units, kinds and composition of a guideline folder."""
