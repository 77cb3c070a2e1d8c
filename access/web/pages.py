"""The way of a request: each page declares its policy, and gets what it may show.

A page never fetches first and checks after: the decorator hands it the actor and permitted
objects, or answers 404 (403 with the reason where the person may see, but not do). Every URL
carries such a policy; `manage.py policy` lists them, and a test fails on one that has none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required, permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from access import log
from access.errors import ActForbidden
from access.policy import Actor, actor_in
from access.rules import ACTS
from access.second_factor import missing
from access.web.gate import to_second_factor

type View = Callable[..., HttpResponseBase]
type Question = Callable[[Actor], QuerySet[Any]]

READ = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")
ACTION = ("POST",)


@dataclass(frozen=True, slots=True)
class Policy:
    """What stands between a request and a view: who passes, and why."""

    kind: str
    methods: tuple[str, ...]
    act: str = ""
    finds: tuple[str, ...] = ()
    reason: str = ""


def page(act: str, methods: tuple[str, ...] = READ, **finds: Question) -> Callable[[View], View]:
    """A page inside an organisation: `/o/<organisation>/…`, for those whom the table allows `act`.

    `finds` names the objects in the URL, each with the named question that finds it
    (`product=Product.objects.one_visible_to`). The view is called with the actor and the permitted
    objects; an object that the actor may not see answers like one that does not exist. Who needs
    a second factor here and has none is led to where they get one.
    """
    assert act in ACTS, act  # noqa: S101 - a misspelt act stops the portal from starting

    def decorate(view: View) -> View:
        @require_http_methods(list(methods))
        @wraps(view)
        def inside(request: HttpRequest, organisation: str, **kwargs: Any) -> HttpResponseBase:
            actor = actor_in(request.user, organisation)  # type: ignore[arg-type]
            if why := missing(actor):  # before anything of the organisation is read
                return to_second_factor(request, why)
            request.actor = actor  # type: ignore[attr-defined]
            try:
                found = {
                    name: _find(question, actor, kwargs.pop(name))
                    for name, question in finds.items()
                }
            except ActForbidden:  # the question itself asks the table
                demand(request, actor, act)
                raise
            demand(request, actor, act, next(iter(found.values()), None))
            return view(request, actor, **found, **kwargs)

        inside.policy = Policy("act", methods, act, tuple(finds))  # type: ignore[attr-defined]
        return inside

    return decorate


def demand(request: HttpRequest, actor: Actor, act: str, about: Any = None) -> None:
    """Refuses with 404 or 403 what the table does not allow the actor.

    A page asks for its own act by itself; views call this for a second act that a case needs.
    """
    try:
        actor.require(act)
    except (ActForbidden, Http404):  # T9: who is somebody here, and tries what is not theirs
        if request.method == "POST":  # GET never writes
            log.refused(actor=actor, act=act, about=about)
        raise


def _find(question: Question, actor: Actor, public_id: str) -> Any:
    found = question(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def person(reason: str, methods: tuple[str, ...] = READ) -> Callable[[View], View]:
    """A page of the signed-in person's own, outside any organisation."""

    def decorate(view: View) -> View:
        guarded = require_http_methods(list(methods))(view)
        guarded.policy = Policy("person", methods, reason=reason)  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(reason: str, methods: tuple[str, ...] = READ) -> Callable[[View], View]:
    """A page for anyone, signed in or not."""

    def decorate(view: View) -> View:
        guarded = login_not_required(require_http_methods(list(methods))(view))
        guarded.policy = Policy("public", methods, reason=reason)  # type: ignore[attr-defined]
        return guarded

    return decorate


def staff(
    reason: str, methods: tuple[str, ...] = READ, *, permission: str
) -> Callable[[View], View]:
    """A page of the vendor's staff below `/admin/`, for those with `permission` (T47). Others are
    led to the admin's door, or answered 403; no cache keeps it."""

    def decorate(view: View) -> View:
        allowed = permission_required(permission, raise_exception=True)(view)
        guarded = admin.site.admin_view(require_http_methods(list(methods))(allowed))
        guarded.policy = Policy("staff", methods, permission, reason=reason)  # type: ignore[attr-defined]
        return guarded

    return decorate
