"""The page on which staff decide: what will happen, a form, one button."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from access.admin.base import LookOnly, LookOnlyAdmin
from access.errors import Refused


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: also a POST without any field."""
    return request.POST if request.method == "POST" else None


class DecidingAdmin(LookOnlyAdmin):
    """Rows that staff look at, and decide about with the right to change them: the forms of the
    decisions are the only ones (T47)."""

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The right to change such rows, which no form of the row itself uses."""
        return bool(super(LookOnly, self).has_change_permission(request))

    def decide(
        self,
        request: HttpRequest,
        form: Form,
        verb: Callable[..., Any],
        *,
        back: tuple[str, Any],
        done: str,
        **words: Any,
    ) -> HttpResponse:
        """Shows the form until it is right, then does `verb` with what it says, goes `back` and
        says `done`. `words`: the page's title, text and button."""
        if form.is_valid():
            try:
                verb(by=request.user, **form.cleaned_data)
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, done)
            return redirect(*back)
        context = self.admin_site.each_context(request) | words | {"form": form, "back": back}
        return TemplateResponse(request, "partners/admin/decide.html", context)
