"""Settings of a web server that tests start: as in production, without collected files."""

from tests.settings import *  # noqa: F403

DEBUG = False
