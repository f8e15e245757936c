"""Folkmoot: one conversation with many doors, for user groups."""

__version__ = "0.1.0"
