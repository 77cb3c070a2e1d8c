"""The floor of a list page: session, user, a count and 50 rows of the same table, by a bare view
and a bare template of Django's; and the middleware that counts a request's queries."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from access.models import Organisation
from clients.models import Partnership, Product
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

HEADER = "X-Bench-Queries"
PAGE = """<!DOCTYPE html><html><head><title>{{ user.name }}</title></head><body>
<p>{{ count }}</p><table>{% for row in rows %}
<tr><td><a href="/{{ row.0 }}/">{{ row.1 }}</a></td><td>{{ row.2 }}</td><td>{{ row.3 }}</td>
<td>{{ row.4 }}</td></tr>{% endfor %}</table></body></html>"""


def partnerships(owner: Organisation) -> Any:
    rows = Partnership.objects.filter(partner=owner.pk, state="active").order_by(
        "client_name", "pk"
    )
    return rows, ("pk", "client_name", "access", "payment_mode", "started_at")


def products(owner: Organisation) -> Any:
    rows = Product.objects.filter(organisation=owner).order_by("name", "pk")
    return rows, ("public_id", "name", "state", "period", "renews_on")


def organisations(owner: Organisation) -> Any:
    rows = Organisation.objects.filter(slug__startswith="client-1").order_by("slug")
    return rows[:5_000], ("slug", "name", "city", "country", "currency")


TABLES = {"partnerships": partnerships, "products": products, "organisations": organisations}


def floor(request: HttpRequest, table: str, slug: str) -> HttpResponse:
    rows, columns = TABLES[table](Organisation.objects.get(slug=slug))
    context = {
        "user": request.user,
        "count": rows.count(),
        "rows": list(rows.values_list(*columns)[:50]),
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


urlpatterns = [path("bench/<slug:table>/<slug:slug>/", floor), *portal_urls]


class CountedQueries:
    """Writes the number of queries of the request into a header of the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = 0

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal number
            number += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response[HEADER] = str(number)
        return response
