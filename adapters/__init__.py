"""Adapters: one module per host; each imports the engine, never the other way round."""
