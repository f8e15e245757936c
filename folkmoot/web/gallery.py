"""Every part in every state, at /design in development. A part is made here first, then used."""

from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

SHEETS = (
    "manage table topic trace inbox-row found help menu talk bulk time meeting matrix tree own near gallery".split()
)
DOORS = ["mail", "web", "chat", "meeting", "fediverse"]
COLOURS = "paper sunk lift ink ink-2 ink-3 hair edge you you-soft line good warn bad".split()
TRACES = {
    "mail": [8, 22, 47, 66, 92],
    "web": [14, 31, 58, 80],
    "chat": [10, 12, 15, 40, 42, 44, 46, 71, 73],
    "meeting": [50],
    "fediverse": [36, 62],
}
SIGNS = [("TR", 180), ("AS", 150), ("FŁ", 20), ("Πυ", 90), ("عم", 220), ("RR", 340), ("日本", 280)]
NAMES = [
    "Jörg Brinkmann",
    "Marta Kowalczyk",
    "Δημήτρης Παπαδόπουλος",
    "ليلى حدّاد",
    "Alexandrine von Hohenstein",
    "Zofia",
]


class SampleForm(forms.Form):
    name = forms.CharField(label="Name of the group", help_text="Its address will be /g/tarn-users-rhein-ruhr")
    address = forms.CharField(label="Mail address of the list")
    purpose = forms.CharField(label="Purpose", required=False, widget=forms.Textarea)
    place = forms.ChoiceField(label="Meets", choices=[("3", "third Tuesday of the month")])
    read = forms.ChoiceField(
        label="Who may read the board",
        widget=forms.RadioSelect,
        choices=[("all", "Anyone, also search engines\nQuestions keep being useful for years"), ("some", "Members")],
    )
    online = forms.BooleanField(label="It also meets online")
    licence = forms.CharField(label="Licence of what is written here", disabled=True, initial="CC BY-SA 4.0")

    def clean_address(self) -> str:
        raise forms.ValidationError("An address has no space in it. “rhein-ruhr” is free.")


def gallery(request: HttpRequest) -> HttpResponse:
    """All parts with made-up people; ?theme=dark and ?dir=rtl show them otherwise."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "web/gallery.html", _parts() | {"theme": request.GET.get("theme", ""), "nav": "groups"})


def _parts() -> dict[str, object]:
    people = [SimpleNamespace(name=name, handle=f"person-{at}", words="") for at, name in enumerate(NAMES)]
    people[0].words = "organiser, until June 2027"
    group = SimpleNamespace(
        name="Tarn Users Rhein-Ruhr", slug="tarn", initials="TR", hue=180, place="Aachen to Dortmund", is_online=True
    )
    sent = {"name": "Tarn Users Rhein-Ruhr", "address": "rhein ruhr", "read": "all", "place": "3"}
    return {
        "sheets": [f"web/css/{name}.css" for name in SHEETS],
        "doors_of_marks": DOORS,
        "traces": TRACES,
        "colours": COLOURS,
        "signs": [SimpleNamespace(initials=letters, hue=hue) for letters, hue in SIGNS],
        "people": people,
        "group": group,
        "member_count": 312,
        "form": SampleForm(sent),
        "page": Paginator(range(312), 12).page(1),
        "now": now(),
        "yesterday": now() - timedelta(days=1),
        "before": now() - timedelta(days=4),
        "long_ago": now() - timedelta(days=700),
        "seats": range(29),
        "doors": [
            {
                "via": "mail",
                "label": "Mail",
                "words": "rhein-ruhr@tarn.example",
                "url": "mailto:rhein-ruhr@tarn.example",
            },
            {"via": "web", "label": "Board", "words": "read and write here", "url": "#"},
            {"via": "chat", "label": "Chat", "words": "#general, #operations; 14 here now"},
            {"icon": "rss", "label": "Feed", "words": "Atom, all topics or one tag", "url": "#"},
        ],
    }
