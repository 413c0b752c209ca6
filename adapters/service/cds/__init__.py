"""CDS Hooks: discovery, calls and feedback, each call answered with cards (`routes` is where it begins)."""
