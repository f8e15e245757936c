"""Letters: raw bytes in, plain values out."""

from folkmoot.kit.mime.letter import Attached, Automatic, Letter, Mailbox, Markup, Unreadable
from folkmoot.kit.mime.reading import read, true_sender

__all__ = ["Attached", "Automatic", "Letter", "Mailbox", "Markup", "Unreadable", "read", "true_sender"]
