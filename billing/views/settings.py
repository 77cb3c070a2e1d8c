"""How an organisation's invoices come (M8)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.policy import Actor
from access.web.pages import FORM, page
from billing.forms.invoices import BillingSettingsForm
from billing.services.issuing import language_of, profile_of
from billing.services.profiles import change_profile


@page("accounting.settings", FORM)
def billing_settings(request: HttpRequest, actor: Actor) -> HttpResponse:
    profile = profile_of(actor.organisation)
    form = BillingSettingsForm(request.POST or None, instance=profile)
    if form.is_valid():
        change_profile(by=actor, **form.cleaned_data)
        messages.success(request, _("The billing settings are saved."))
        return redirect("billing_settings", actor.organisation.slug)
    context = {"form": form, "spoken": language_of(actor.organisation, profile)}
    return render(request, "billing/invoice_settings.html", context)
