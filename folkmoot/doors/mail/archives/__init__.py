"""Whole mailing lists, in and out, as mbox files."""
