"""The staff admin's content security policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

# The admin's theme is built on Alpine, which evaluates the expressions in its templates. Inline
# scripts and styles stay forbidden there too.
STAFF_CSP = settings.SECURE_CSP | {"script-src": [CSP.SELF, CSP.UNSAFE_EVAL]}


class StaffPolicyMiddleware:
    """Serves pages of `/admin/` under `STAFF_CSP`, and every other page under the strict one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.strict = get_response
        self.staff = csp_override(STAFF_CSP)(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inside = request.path.startswith("/admin/")
        return self.staff(request) if inside else self.strict(request)
