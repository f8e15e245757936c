from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from folkmoot.accounts.http import reader
from folkmoot.accounts.language import speaking

Answer = Callable[[HttpRequest], HttpResponse]


def own_language(get_response: Answer) -> Answer:
    """Show pages in the language and the zone that the person signed in has chosen."""

    def middleware(request: HttpRequest) -> HttpResponse:
        person = reader(request)
        with speaking(person):
            response = get_response(request)
        if person and person.language:
            response.headers["Content-Language"] = person.language
        return response

    return middleware
