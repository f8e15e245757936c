import gzip
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.web.errors import refused

Answer = Callable[[HttpRequest], HttpResponse]

# Nothing from elsewhere, nothing inline: what people write can't load or run anything.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def security_headers(get_response: Answer) -> Answer:
    """Say on every answer what a browser may do with it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if request.path.startswith(settings.STATIC_URL):
            return response  # our own files: the rest would weigh more than many of them
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    return middleware


WORTH_COMPRESSING = 1000  # bytes
LEVEL = 4  # a page of 70 kB in 0.8 ms to 12 kB; the usual 6 takes five times as long to save one kB more


def compressed(get_response: Answer) -> Answer:
    """Send text compressed to whoever takes gzip.

    Of what a page holds only the CSRF token is a secret, and Django masks that anew in each page, so that sizes tell
    nothing about it (BREACH).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if _may_compress(response) and len(response.content) >= WORTH_COMPRESSING:
            patch_vary_headers(response, ["Accept-Encoding"])
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                response.content = gzip.compress(response.content, LEVEL, mtime=0)
                response.headers["Content-Length"] = str(len(response.content))
                response.headers["Content-Encoding"] = "gzip"
                if tag := response.headers.get("ETag", ""):
                    response.headers["ETag"] = f"W/{tag.removeprefix('W/')}"
        return response

    return middleware


def _may_compress(response: HttpResponse) -> bool:
    kind = response.headers.get("Content-Type", "")
    return (
        not response.streaming
        and not response.has_header("Content-Encoding")
        and (kind.startswith("text/") or "json" in kind or "xml" in kind)
    )


class refusals:  # noqa: N801 - middleware is named in settings like a function
    """Show an operation's refusal instead of a stack trace."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        status = 403 if isinstance(error, NotAllowed) else 422
        return refused(request, str(error), status=status)
