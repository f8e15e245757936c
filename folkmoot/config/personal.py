"""What is stored about a person: which part tells it, hands it over, and takes it away. The whole answer is here."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts import facts as accounts
from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import forget
from folkmoot.accounts.personal import Part
from folkmoot.conversations import facts as conversations
from folkmoot.conversations.operations import erase_words
from folkmoot.doors.calendars import facts as calendars
from folkmoot.doors.calendars.operations import remove_keys
from folkmoot.doors.feeds import facts as feeds
from folkmoot.doors.feeds.operations import remove_key
from folkmoot.doors.mail import erasing as mail_erasing
from folkmoot.doors.mail import facts as mail
from folkmoot.groups import facts as groups
from folkmoot.groups import reactions as group_reactions
from folkmoot.groups.operations import lock_owned
from folkmoot.groups.rules import may_leave_all
from folkmoot.meetings import facts as meetings
from folkmoot.meetings.operations import erase_answers
from folkmoot.outbox.models import Event

# In this order they are erased: the account last, because the others find by its addresses what is theirs.
PARTS = [
    Part(_("Mail"), mail.facts_of, mail_erasing.person_erased, files=mail.files_of),
    Part(_("Feeds"), feeds.facts_of, lambda person, keep_words: remove_key(person)),
    Part(_("Calendars"), calendars.facts_of, lambda person, keep_words: remove_keys(person)),
    Part(_("Conversations"), conversations.facts_of, erase_words, files=conversations.files_of),
    Part(_("Meetings"), meetings.facts_of, erase_answers),
    Part(_("Groups"), groups.facts_of, group_reactions.person_erased, hinder=may_leave_all, hold=lock_owned),
    Part(_("Account"), accounts.facts_of, forget, files=accounts.files_of),
]


def person_erased(event: Event) -> None:
    """Let each part forget a person who left. Tried again from the start if one of them stumbles."""
    person = Person.objects.get(pk=event.subject_id)
    for part in PARTS:
        part.erase(person, event.data["keep_words"])
