"""The WSGI entry: ``app`` for gunicorn, granian, mod_wsgi and ``flask --app web/app.py run``."""

from ipgraph import logs, settings
from ipgraph.server import create_app

_settings = settings.load()
logs.configure(_settings)
app = create_app(settings=_settings)
