"""Thousands of LINE users against a running server, and what became of each of their questions. Loopback only."""
