"""Settings of the tests: the portal's own, on a cluster of their own that need not be durable.

DATABASE_URL and REDIS_URL, when given, name the servers to test on.
"""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
DATA = CHECKOUT / "var" / "test"

OURS = ("DEMO", "SECRET_KEY", "BASE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "MEDIA_ROOT")
OURS += ("PARTNERS_NEED_SECOND_FACTOR", "STAFF_NEED_SECOND_FACTOR")
for name in OURS:
    os.environ.pop(name, None)
os.environ |= {"DEBUG": "true", "DATA_DIR": str(DATA)}
if not os.environ.get("DATABASE_URL"):
    from portal.embedded import database_url

    os.environ["DATABASE_URL"] = database_url(DATA / "postgres", durable=False)

from portal.settings import *  # noqa: E402, F403
from portal.settings import ALLOWED_HOSTS, TEMPLATES  # noqa: E402
from tests.undefined import Undefined  # noqa: E402

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
PASSWORD_HASHERS = ["tests.hashers.QuickHasher"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined()

if not os.environ.get("REDIS_URL"):
    # No worker listens: tests call the jobs themselves.
    CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = "memory://", {}
