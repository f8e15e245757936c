"""Serves the bare page as Folkmoot serves its own: python -m bench.floors.web PORT, with Django's settings in the
environment. The same bridge, the same number of processes and threads.
"""

import signal
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

django.setup()
settings.MIDDLEWARE = []
wsgi = get_wsgi_application()  # for granian, which is pointed at this module

if __name__ == "__main__":
    # Only here: the bridge starts its own threads.
    from folkmoot.config import serve
    from folkmoot.config.asgi import application

    listening = serve._listen(("127.0.0.1", int(sys.argv[1])))
    names = [f"web {number}" for number in range(settings.WEB_PROCESSES)]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve._Supervisor([serve.Job(name, lambda: serve._run_web(application, listening)) for name in names]).run()
