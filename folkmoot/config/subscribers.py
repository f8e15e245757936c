"""What happens when something happens. The whole answer is in this table."""

from folkmoot.accounts import reactions as accounts
from folkmoot.config import exports, personal
from folkmoot.conversations import reactions as conversations
from folkmoot.doors.mail import mailings, notes
from folkmoot.groups import reactions as groups
from folkmoot.outbox.relay import Subscriber

SUBSCRIBERS = [
    Subscriber("mail", frozenset({"post.added"}), handle=mailings.post_added),
    Subscriber("invitations", frozenset({"member.invited"}), handle=notes.member_invited),
    Subscriber("applications", frozenset({"application.made"}), handle=notes.application_made),
    Subscriber("decisions", frozenset({"application.decided"}), handle=notes.application_decided),
    Subscriber("groups", frozenset({"person.merged"}), handle=groups.person_merged),
    Subscriber("conversations", frozenset({"person.merged"}), handle=conversations.person_merged),
    Subscriber("activity", frozenset({"post.added", "reaction.added"}), handle=conversations.was_active),
    Subscriber("names", frozenset({"person.renamed", "picture.changed"}), handle=conversations.person_renamed),
    Subscriber("exports", frozenset({"export.asked"}), handle=exports.export_asked),
    Subscriber("exported", frozenset({"export.ready"}), handle=notes.export_ready),
    Subscriber("farewell", frozenset({"person.erased"}), handle=personal.person_erased),
    Subscriber("accounts", frozenset({"person.merged"}), handle=accounts.person_merged),
]
