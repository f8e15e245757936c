from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from folkmoot.lobby import guides
from folkmoot.web.strangers import same_for_strangers


@require_safe
@same_for_strangers
def help_(request: HttpRequest) -> HttpResponse:
    found = [guides.guide(name) for name in guides.names()]
    people = len(guides.FIRST)
    return render(request, "lobby/help.html", {"guides": found, "tasks": found[:people], "others": found[people:]})


@require_safe
@same_for_strangers
def guide(request: HttpRequest, name: str) -> HttpResponse:
    names = guides.names()
    if name not in names:
        raise Http404
    context = {"guide": guides.guide(name), "guides": [guides.guide(one) for one in names]}
    return render(request, "lobby/guide.html", context)


@require_safe
def guide_picture(request: HttpRequest, name: str) -> HttpResponseBase:
    path = guides.pictures().get(name)
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type=guides.PICTURES[path.suffix])
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
