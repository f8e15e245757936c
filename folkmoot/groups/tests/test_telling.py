import re
from importlib import import_module
from pathlib import Path

from django.conf import settings

import folkmoot

PACKAGE = Path(folkmoot.__file__).parent
NOTED = re.compile(r'note\(\s*(?!None)[\w.\[\]]+,\s*"([a-z_]+\.[a-z_]+)"')


def test_each_act_that_is_noted_has_words():
    noted = {kind for path in PACKAGE.rglob("operations/**/*.py") for kind in NOTED.findall(path.read_text())}
    told = {kind for name in settings.HISTORY for kind in import_module(name).WORDS}

    assert len(noted) > 30
    assert noted - told == set()
