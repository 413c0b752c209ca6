"""CDS Hooks: discovery, calls and feedback, each answered with cards."""
