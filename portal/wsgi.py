"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from portal.environment import one_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

with one_sentence():
    application = get_wsgi_application()
