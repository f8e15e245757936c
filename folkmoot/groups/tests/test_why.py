"""Random small forests: the rule, the querysets and the explanation always say the same."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from folkmoot.conversations.models import Channel
from folkmoot.conversations.operations import main_channel
from folkmoot.conversations.queries import readable
from folkmoot.groups.deciding import holds, permissions_in
from folkmoot.groups.models import Denial, Group, Membership, Role, RoleGrant, RolePermission
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.queries import members_holding
from folkmoot.groups.why import why
from tests import make

READ = "topics.read"
KEYS = ["anyone", "signed_in", "member", "inside", "partner", "owner", "moderator"]
WHO, WHERE = st.integers(0, 2), st.integers(0, 3)
TIMES = st.sampled_from([(-2, -1), (-1, None), (-1, 1), (1, 2)])  # in days from now: over, begun, in its term, to come

forests = st.fixed_dictionaries(
    {
        "parents": st.tuples(*(st.sampled_from([None, *range(n)]) for n in range(4))),
        "closed": st.sets(WHERE),
        "members": st.dictionaries(st.tuples(WHO, WHERE), st.sampled_from(["", "inside", "partner"])),
        "roles": st.sets(st.tuples(WHERE, st.sampled_from(KEYS)), max_size=8),
        "grants": st.dictionaries(st.tuples(WHO, WHERE, st.sampled_from(["owner", "moderator"])), TIMES, max_size=4),
        "denials": st.dictionaries(st.tuples(WHO, WHERE, st.sampled_from(["", READ])), TIMES, max_size=3),
    }
)


class Undone(Exception):
    pass


def test_all_decisions_agree():
    people = [make.person(name) for name in ("Ann", "Bob", "Eve")]
    groups = [make.group(slug=f"group-{n}") for n in range(4)]
    [main_channel(group) for group in groups]

    @settings(max_examples=60, phases=[Phase.explicit, Phase.generate])  # each example is slow to shrink
    @given(forests)
    def each(forest):
        try:
            with transaction.atomic():
                plant(forest, people, groups)
                compare(people, [Group.objects.get(pk=group.pk) for group in groups])
                raise Undone
        except Undone:
            pass

    each()


def plant(forest, people, groups):
    at = [(now() + timedelta(days=d)) for d in (-2, -1, 1, 2)]
    day = {-2: at[0], -1: at[1], 1: at[2], 2: at[3], None: None}
    RolePermission.objects.filter(name=READ).delete()
    for n, parent in enumerate(forest["parents"]):
        above = None if parent is None else groups[parent]
        Group.objects.filter(pk=groups[n].pk).update(parent=above, inherits_roles=n not in forest["closed"])
    plant_people(forest, people, groups, day)
    for group in Group.objects.filter(parent=None):
        lay_reach(group)
    for group in groups:
        touch_access(group)


def plant_people(forest, people, groups, day):
    for (who, where), side in forest["members"].items():
        Membership.objects.create(person=people[who], group=groups[where], side=side)
    for where, key in forest["roles"]:
        RolePermission.objects.create(role=groups[where].roles.get(key=key), name=READ)
    for (who, where, key), (begin, end) in forest["grants"].items():
        membership = Membership.objects.filter(person=people[who], group=groups[where]).first()
        if membership:
            role = Role.objects.get(group=groups[where], key=key)
            RoleGrant.objects.create(membership=membership, role=role, starts_at=day[begin], ends_at=day[end])
    for (who, where, permission), (begin, end) in forest["denials"].items():
        Denial.objects.create(
            person=people[who], group=groups[where], permission=permission, starts_at=day[begin], ends_at=day[end]
        )


def compare(people, groups):
    for person in (None, *people):
        explained = {group for group in groups if why(person, READ, group).holds}
        assert {group for group in groups if holds(person, READ, group)} == explained
        assert {group for group in groups if READ in permissions_in(group, person)} == explained
        assert {one.group for one in Channel.objects.visible_to(person).select_related("group")} == explained
        assert {one.group for one in Channel.objects.filter(pk__in=readable(person))} == explained
        for group in groups:
            if person and group.memberships.current().filter(person=person).exists():
                told = members_holding(READ, group).filter(person=person).exists()
                assert told == (group in explained)


def test_each_reason_has_words():
    ann = make.person("Ann")
    group = make.group(ann)
    Denial.objects.create(person=ann, group=group, reason="Shouts.", ends_at=now() + timedelta(days=9))

    may_not = why(ann, "topics.post", group)
    neither = why(None, "topics.post", group)

    assert [one.kind for one in may_not.reasons] == ["gives", "denied"]
    assert may_not.reasons[0].words == "Member of Tarn may."
    assert may_not.reasons[1].words.startswith("Denied in Tarn until ")
    assert (may_not.holds, neither.holds, [one.kind for one in neither.reasons]) == (False, False, ["nothing"])
