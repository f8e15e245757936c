from django.urls import path

from folkmoot.groups.views import founding, invitations, joining, managing, members, sanctions

urlpatterns = [
    path("groups/new", founding.group_new, name="group_new"),
    path("g/<slug:slug>/join", joining.join_group, name="join"),
    path("g/<slug:slug>/apply", joining.apply_to_group, name="apply"),
    path("g/<slug:slug>/leave", joining.leave_group, name="leave"),
    path("g/<slug:slug>/reading", joining.reading, name="reading"),
    path("g/<slug:slug>/members", members.members, name="members"),
    path("g/<slug:slug>/manage", managing.manage, name="manage"),
    path("g/<slug:slug>/manage/address", managing.address, name="manage_address"),
    path("g/<slug:slug>/manage/members", members.manage_members, name="manage_members"),
    path("g/<slug:slug>/manage/members.csv", members.members_file, name="members_file"),
    path("applications/<int:application_id>/accept", members.application_accept, name="application_accept"),
    path("applications/<int:application_id>/refuse", members.application_refuse, name="application_refuse"),
    path("memberships/<int:membership_id>/owner", members.owner, name="owner"),
    path("memberships/<int:membership_id>/owner/remove", members.owner_remove, name="owner_remove"),
    path("memberships/<int:membership_id>/remove", members.member_remove, name="member_remove"),
    path("sanctions/<int:sanction_id>", sanctions.sanction, name="sanction"),
    path("sanctions/<int:sanction_id>/lift", sanctions.sanction_lift, name="sanction_lift"),
    path("sanctions/<int:sanction_id>/appeal", sanctions.appeal_decide, name="appeal_decide"),
    path("invitations/<slug:token>", invitations.invitation, name="invitation"),
    path("invitations/<slug:token>/decline", invitations.invitation_decline, name="invitation_decline"),
]
