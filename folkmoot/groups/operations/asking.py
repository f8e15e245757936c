"""What a group asks of those who want to join, and what it wants to know of its members."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group, JoinQuestion, MemberField
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.rules import can_manage_members
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

MOST_QUESTIONS = 10
MOST_FIELDS = 30
MOST_CHOICES = 50
LONGEST_KEY = 40
NOT_YOURS = _("You can't say what this group asks of people.")
Kind, Audience = MemberField.Kind, MemberField.Audience


def ask(group: Group, *, words: str, is_required: bool = True, by: Actor, via: str) -> JoinQuestion:
    """Ask one thing more of those who want to join."""
    said = _clean(words, 300, _("Please write the question."))
    with transaction.atomic():
        group = lock(group)
        require(can_manage_members(by, group), NOT_YOURS)
        if group.questions.count() >= MOST_QUESTIONS:
            raise Refused(_("At most %(most)d questions; fewer are answered better.") % {"most": MOST_QUESTIONS})
        place = (group.questions.aggregate(n=Max("position"))["n"] or 0) + 1
        question = JoinQuestion.objects.create(group=group, words=said, is_required=is_required, position=place)
        note(group, "question.added", by=by, via=via, question=question.pk)
        record("question.added", question, by=by, via=via)
    return question


def change_question(question: JoinQuestion, *, words: str, is_required: bool, by: Actor, via: str) -> None:
    """Ask it otherwise. What was answered before keeps the words of then."""
    said = _clean(words, 300, _("Please write the question."))
    with transaction.atomic():
        require(can_manage_members(by, question.group), NOT_YOURS)
        JoinQuestion.objects.filter(pk=question.pk).update(words=said, is_required=is_required)
        note(question.group, "question.changed", by=by, via=via, question=question.pk)
        record("question.changed", question, by=by, via=via)


def stop_asking(question: JoinQuestion, *, by: Actor, via: str) -> None:
    """Ask it no more. What was answered stays."""
    with transaction.atomic():
        require(can_manage_members(by, question.group), NOT_YOURS)
        note(question.group, "question.removed", by=by, via=via)
        record("question.removed", question, by=by, via=via)
        JoinQuestion.objects.filter(pk=question.pk).delete()


def make_field(group: Group, *, label: str, by: Actor, via: str, **settings: Any) -> MemberField:
    """Let the group want to know something of its members."""
    said = _clean(label, 80, _("A field has a name. Please write one."))
    given = _settings(**settings)
    with transaction.atomic():
        group = lock(group)
        require(can_manage_members(by, group), NOT_YOURS)
        if group.member_fields.count() >= MOST_FIELDS:
            raise Refused(_("At most %(most)d fields.") % {"most": MOST_FIELDS})
        _refuse_taken(group, said)
        place = (group.member_fields.aggregate(n=Max("position"))["n"] or 0) + 1
        made: MemberField = MemberField.objects.create(
            group=group, key=_free_key(group, said), label=said, position=place, **given
        )
        note(group, "field.made", by=by, via=via, field=made.pk)
        record("field.made", made, by=by, via=via)
    return made


def change_field(field: MemberField, *, label: str, by: Actor, via: str, **settings: Any) -> None:
    """Change how a field is called, and who says and sees it. Of what kind it is stays: answers are of that kind.

    What members said for managers only is never shown to others later.
    """
    said = _clean(label, 80, _("A field has a name. Please write one."))
    with transaction.atomic():
        require(can_manage_members(by, field.group), NOT_YOURS)
        _refuse_taken(field.group, said, but=field)
        given = _settings(**{**settings, "kind": field.kind})
        if field.seen_by == Audience.MANAGERS and given["seen_by"] != Audience.MANAGERS and field.values.exists():
            raise Refused(_("Members said this to those who look after them only. Make another field for all to see."))
        MemberField.objects.filter(pk=field.pk).update(label=said, **given)
        note(field.group, "field.changed", by=by, via=via, field=field.pk)
        record("field.changed", field, by=by, via=via)


def remove_field(field: MemberField, *, by: Actor, via: str) -> None:
    """Want to know it no more; what members said in it is gone."""
    with transaction.atomic():
        require(can_manage_members(by, field.group), NOT_YOURS)
        note(field.group, "field.removed", by=by, via=via)
        record("field.removed", field, by=by, via=via)
        MemberField.objects.filter(pk=field.pk).delete()


def _settings(
    *,
    kind: str = Kind.TEXT,
    choices: Sequence[str] = (),
    is_required: bool = False,
    is_set_by_members: bool = True,
    seen_by: str = Audience.MEMBERS,
) -> Mapping[str, Any]:
    if kind not in Kind.values or seen_by not in Audience.values:
        raise Refused(_("There is no field of this kind."))
    named = list(dict.fromkeys(one_line(one)[:100] for one in choices if one.strip()))[:MOST_CHOICES]
    if kind == Kind.CHOICE and len(named) < 2:
        raise Refused(_("Please name two things at least that one can choose."))
    return {
        "kind": kind, "choices": named if kind == Kind.CHOICE else [], "seen_by": seen_by,
        "is_required": is_required, "is_set_by_members": is_set_by_members,
    }  # fmt: skip


def _clean(words: str, most: int, empty: Any) -> str:
    said = one_line(words)[:most].strip()
    if not said:
        raise Refused(empty)
    return said


def _refuse_taken(group: Group, label: str, *, but: MemberField | None = None) -> None:
    same = group.member_fields.filter(label__iexact=label).exclude(pk=but.pk if but else 0)
    if same.exists():
        raise Refused(_("There is a field “%(label)s” already.") % {"label": label})


def _free_key(group: Group, label: str) -> str:
    base = slugify(label)[: LONGEST_KEY - 4].strip("-_") or "field"
    key, number = base, 2
    while group.member_fields.filter(key=key).exists():
        key, number = f"{base}-{number}", number + 1
    return key
