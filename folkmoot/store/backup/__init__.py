"""Backups: everything an installation keeps, in one file, made while it runs; and the way back."""

from folkmoot.store.backup.packing import last, pack
from folkmoot.store.backup.restoring import Restored, restore

__all__ = ["Restored", "last", "pack", "restore"]
