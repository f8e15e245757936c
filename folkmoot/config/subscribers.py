"""What happens when something happens. The whole answer is in this table."""

from folkmoot.accounts import reactions as accounts
from folkmoot.config import exports, personal
from folkmoot.conversations import reactions as conversations
from folkmoot.doors.mail import conduct, mailings, notes
from folkmoot.groups import reactions as groups
from folkmoot.outbox.relay import Subscriber

SUBSCRIBERS = [
    Subscriber("mail", frozenset({"post.added"}), handle=mailings.post_added),
    Subscriber("invitations", frozenset({"member.invited"}), handle=notes.member_invited),
    Subscriber("applications", frozenset({"application.made"}), handle=notes.application_made),
    Subscriber("decisions", frozenset({"application.decided"}), handle=notes.application_decided),
    Subscriber("groups", frozenset({"person.merged"}), handle=groups.person_merged),
    Subscriber("conversations", frozenset({"person.merged"}), handle=conversations.person_merged),
    Subscriber("names", frozenset({"person.renamed", "picture.changed"}), handle=conversations.person_renamed),
    Subscriber("exports", frozenset({"export.asked"}), handle=exports.export_asked),
    Subscriber("exported", frozenset({"export.ready"}), handle=notes.export_ready),
    Subscriber("farewell", frozenset({"person.erased"}), handle=personal.person_erased),
    Subscriber("accounts", frozenset({"person.merged"}), handle=accounts.person_merged),
    Subscriber("sanctions", frozenset({"sanction.laid"}), handle=conduct.sanction_laid),
    Subscriber("lifted", frozenset({"sanction.lifted"}), handle=conduct.sanction_lifted),
    Subscriber("objections", frozenset({"appeal.made"}), handle=conduct.appeal_made),
    Subscriber("answers", frozenset({"appeal.decided"}), handle=conduct.appeal_decided),
]
