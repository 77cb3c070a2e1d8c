"""The portal's settings for `bench.scale`: as in production, with the floor's pages beside it and
the number of queries on each answer."""

from portal.settings import *  # noqa: F403
from portal.settings import MIDDLEWARE

DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "bench.scale_floor"
MIDDLEWARE = ["bench.scale_floor.CountedQueries", *MIDDLEWARE]
