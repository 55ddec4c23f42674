"""The WSGI entry: ``app`` for gunicorn, granian, mod_wsgi and ``flask --app web/app.py run``."""

from ipgraph.server import create_app

app = create_app()
