from django.urls import path

from folkmoot.lobby.installation import founding, groups, notices, people, views

urlpatterns = [
    path("imprint", notices.notice, {"kind": "imprint"}, name="imprint"),
    path("privacy", notices.notice, {"kind": "privacy"}, name="privacy"),
    path("terms", notices.notice, {"kind": "terms"}, name="terms"),
    path("installation", views.installation, name="installation"),
    path("installation/notices", views.installation_notices, name="installation_notices"),
    path("installation/history", views.installation_history, name="installation_history"),
    path("installation/groups", groups.installation_groups, name="installation_groups"),
    path("installation/groups/<slug:slug>", groups.installation_group, name="installation_group"),
    path("installation/groups/<slug:slug>/closure", groups.closure, name="closure"),
    path("installation/groups/<slug:slug>/closure/remove", groups.closure_remove, name="closure_remove"),
    path("installation/groups/<slug:slug>/inspection", groups.inspection, name="inspection"),
    path("installation/groups/<slug:slug>/inspection/remove", groups.inspection_remove, name="inspection_remove"),
    path("installation/founding", founding.installation_founding, name="installation_founding"),
    path("founding/<int:founding_id>/accept", founding.founding_accept, name="founding_accept"),
    path("founding/<int:founding_id>/refuse", founding.founding_refuse, name="founding_refuse"),
    path("installation/administrators", people.administrators, name="administrators"),
    path("installation/administrators/<slug:handle>/remove", people.administrator_remove, name="administrator_remove"),
]
