from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import reader
from folkmoot.conversations.models import Attachment, Post
from folkmoot.conversations.rendering import PICTURES
from folkmoot.conversations.views.topics import page_of
from folkmoot.store import files


@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    found = get_object_or_404(
        Post.objects.visible_to(reader(request)).select_related("topic__channel__group"), pk=post_id
    )
    return redirect(f"{found.topic.get_absolute_url()}{page_of(found)}#post-{found.pk}")


@require_safe
def file(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    attachments = Attachment.objects.visible_to(reader(request)).filter(file__sha256=sha256, name=name)
    found = attachments.select_related("file").first()
    path = files.where(sha256)
    if found is None or not path.exists():
        raise Http404
    is_picture = found.file.kind in PICTURES
    kind = found.file.kind if is_picture else "application/octet-stream"
    response = FileResponse(path.open("rb"), as_attachment=not is_picture, filename=found.name, content_type=kind)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
