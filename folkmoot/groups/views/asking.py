"""What a group asks of those who want to join, and what it wants to know of its members."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.fields import fields_of
from folkmoot.groups.http import around, managed
from folkmoot.groups.joining_forms import FieldForm, QuestionForm
from folkmoot.groups.models import Group, JoinQuestion, MemberField
from folkmoot.groups.operations import (
    ask,
    change_field,
    change_question,
    make_field,
    remove_field,
    stop_asking,
)
from folkmoot.groups.rules import can_manage_members
from folkmoot.web.forms import tried


@login_required
@managed("members.manage")
def manage_questions(request: SignedIn, group: Group) -> HttpResponse:
    form = QuestionForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and tried(form, None, lambda: ask(group, by=request.user, via="web", **form.cleaned_data))
    ):
        messages.success(request, _("It is asked from now on."))
        return redirect("manage_questions", slug=group.slug)
    more = {"questions": group.questions.order_by("position", "pk")}
    return _page(request, group, "questions", form, **more)


@login_required
def question(request: SignedIn, question_id: int) -> HttpResponse:
    found = _question(request, question_id)
    form = QuestionForm(request.POST or None, initial={"words": found.words, "is_required": found.is_required})
    if (
        request.method == "POST"
        and form.is_valid()
        and tried(form, None, lambda: change_question(found, by=request.user, via="web", **form.cleaned_data))
    ):
        messages.success(request, _("Saved."))
        return redirect("manage_questions", slug=found.group.slug)
    return _page(request, found.group, "questions", form, question=found)


@login_required
@require_POST
def question_remove(request: SignedIn, question_id: int) -> HttpResponse:
    found = _question(request, question_id)
    stop_asking(found, by=request.user, via="web")
    messages.success(request, _("It is asked no more. What was answered stays."))
    return redirect("manage_questions", slug=found.group.slug)


@login_required
@managed("members.manage")
def manage_fields(request: SignedIn, group: Group) -> HttpResponse:
    form = FieldForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and tried(form, None, lambda: make_field(group, by=request.user, via="web", **form.cleaned_data))
    ):
        messages.success(request, _("Members are asked for it from now on."))
        return redirect("manage_fields", slug=group.slug)
    return _page(request, group, "fields", form, fields=fields_of(group).annotate(answers=Count("values")))


@login_required
def field(request: SignedIn, field_id: int) -> HttpResponse:
    found = _field(request, field_id)
    form = FieldForm(request.POST or None, initial=_now(found))
    del form.fields["kind"]  # answers are of that kind
    if found.kind != MemberField.Kind.CHOICE:
        del form.fields["choices"]
    if (
        request.method == "POST"
        and form.is_valid()
        and tried(form, None, lambda: change_field(found, by=request.user, via="web", **form.cleaned_data))
    ):
        messages.success(request, _("Saved."))
        return redirect("manage_fields", slug=found.group.slug)
    answers = found.values.count()
    return _page(request, found.group, "fields", form, field_asked=found, answers=answers)


@login_required
@require_POST
def field_remove(request: SignedIn, field_id: int) -> HttpResponse:
    found = _field(request, field_id)
    if request.POST.get("sure", "") != found.label and found.values.exists():
        messages.warning(request, _("Nothing was removed. To remove it with all answers, write its name."))
        return redirect("field", field_id=found.pk)
    remove_field(found, by=request.user, via="web")
    messages.success(request, _("It is asked no more, and what was said in it is gone."))
    return redirect("manage_fields", slug=found.group.slug)


def _page(request: SignedIn, group: Group, part: str, form: forms.Form, **more: Any) -> HttpResponse:
    context = around(request, group, "manage") | {"station": "joining", "part": part, "form": form, **more}
    return render(request, f"groups/manage_{part}.html", context, status=422 if form.errors else 200)


def _question(request: SignedIn, question_id: int) -> JoinQuestion:
    known = JoinQuestion.objects.filter(group__in=Group.objects.visible_to(request.user))
    found = get_object_or_404(known.select_related("group"), pk=question_id)
    if not can_manage_members(request.user, found.group):
        raise Http404
    return found


def _field(request: SignedIn, field_id: int) -> MemberField:
    known = MemberField.objects.filter(group__in=Group.objects.visible_to(request.user))
    found = get_object_or_404(known.select_related("group"), pk=field_id)
    if not can_manage_members(request.user, found.group):
        raise Http404
    return found


def _now(one: MemberField) -> dict[str, Any]:
    return {
        "label": one.label,
        "choices": "\n".join(one.choices),
        "is_required": one.is_required,
        "is_set_by_members": "members" if one.is_set_by_members else "managers",
        "seen_by": one.seen_by,
    }
