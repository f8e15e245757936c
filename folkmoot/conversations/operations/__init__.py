"""What can be done in a conversation."""

from folkmoot.conversations.operations.pasts import confirm_past
from folkmoot.conversations.operations.posting import Letterhead, main_channel, reply, start_topic

__all__ = ["Letterhead", "confirm_past", "main_channel", "reply", "start_topic"]
