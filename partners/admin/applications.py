"""The queue of applications: everything about one on one page, answered from there (P1)."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Case, Count, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from access.admin.base import LookOnlyInline
from access.forms.organisation import checked_registration_number
from access.models import Organisation
from partners import services
from partners.admin.deciding import DecidingAdmin, posted
from partners.forms.decisions import ApproveForm, ReasonForm
from partners.models import Acceptance, Application, Partner
from partners.rules import ApplicationState

STATES = {"sent": "warning", "approved": "success", "refused": "danger", "withdrawn": "default"}
LINK = '<a class="text-primary-600 dark:text-primary-500 underline" href="{}"{}>{}</a>'


class AcceptanceInline(LookOnlyInline):
    """What was ticked, in the words that were read."""

    model = Acceptance
    fields = ("title", "text", "version", "language", "accepted_by", "accepted_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Acceptance]:
        rows = super().get_queryset(request)
        return rows.select_related("accepted_by", "application__organisation")


@admin.register(Application)
class ApplicationAdmin(DecidingAdmin):
    """Those that were sent; a draft is nobody's but the applicant's."""

    list_display = ["organisation", "shown_state", "country", "sent_at", "sent_by", "decided_at"]
    list_filter = ["state", "organisation__country"]
    search_fields = ["organisation__name", "contact_email", "registration_number"]
    date_hierarchy = "sent_at"
    # Those that wait come first.
    ordering = [Case(When(state=ApplicationState.SENT, then=0), default=1), "-sent_at", "-pk"]
    inlines = [AcceptanceInline]
    actions_detail = ("approve_it", "refuse_it")  # type: ignore[assignment]
    fieldsets = (
        (None, {"fields": ("organisation_link", "state", "sent_at", "sent_by", "reason",
                           "decided_at", "decided_by")}),
        (gettext_lazy("The company"), {"fields": ("address", "number", "vat_number", "site",
                                                  "affiliate", "about")}),
        (gettext_lazy("Contact"), {"fields": ("contact_name", "contact_email", "contact_phone",
                                              "representatives")}),
        (gettext_lazy("With us"), {"fields": ("customer_since", "people", "earlier")}),
    )  # fmt: skip
    readonly_fields = [name for _title, part in fieldsets for name in part["fields"]]  # type: ignore[misc]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        sent = super().get_queryset(request).exclude(state=ApplicationState.DRAFT)
        return sent.select_related("organisation", "sent_by", "decided_by")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Says how many wait."""
        number = Application.objects.waiting().count()
        told = ngettext("%(n)d application waits", "%(n)d applications wait", number)
        return super().changelist_view(
            request, {"subtitle": told % {"n": number}} | (extra_context or {})
        )

    # ---- what the page shows -----------------------------------------------------------------

    @display(description=gettext_lazy("state"), ordering="state", label=STATES)
    def shown_state(self, application: Application) -> tuple[str, Any]:
        return application.state, application.get_state_display()

    @admin.display(description=gettext_lazy("country"), ordering="organisation__country")
    def country(self, application: Application) -> str:
        country: Any = application.organisation.country
        return country.name

    @admin.display(description=gettext_lazy("organisation"))
    def organisation_link(self, application: Application) -> str:
        address = reverse("admin:access_organisation_change", args=[application.organisation_id])
        return format_html(LINK, address, "", application.organisation.name)

    @admin.display(description=gettext_lazy("address"))
    def address(self, application: Application) -> str:
        own: Any = application.organisation
        parts = [own.street, f"{own.postcode} {own.city}".strip(), own.country.name]
        return ", ".join(part for part in parts if part)

    @admin.display(description=gettext_lazy("registration number"))
    def number(self, application: Application) -> str:
        """The number, whether it checks today, and whether it is the organisation's (O7)."""
        own = application.organisation
        given = application.registration_number
        said = [given or "–", _number_checks(given, str(own.country))]
        if given and own.registration_number and own.registration_number != given:
            said.append(_("the organisation itself has %s") % own.registration_number)
        return " · ".join(said)

    @admin.display(description=gettext_lazy("VAT number"))
    def vat_number(self, application: Application) -> str:
        return application.organisation.vat_number or "–"

    @admin.display(description=gettext_lazy("web site"))
    def site(self, application: Application) -> str:
        """A link to look at: that it is active is for staff to see (P1)."""
        if not application.website.startswith("https://"):
            return application.website or "–"
        outside = format_html(' rel="{}" target="{}"', "noopener noreferrer nofollow", "_blank")
        return format_html(LINK, application.website, outside, application.website)

    @admin.display(description=gettext_lazy("affiliate"), boolean=True)
    def affiliate(self, application: Application) -> bool:
        return application.organisation.affiliate

    @admin.display(description=gettext_lazy("legal representatives"))
    def representatives(self, application: Application) -> str:
        own = Organisation.objects.with_representatives().get(pk=application.organisation_id)
        people = [member.user for member in own.representatives]  # type: ignore[attr-defined]
        return format_html_join(", ", "{} ({})", ((one.name, one.email) for one in people))

    @admin.display(description=gettext_lazy("organisation since"))
    def customer_since(self, application: Application) -> str:
        return _day(application.organisation.created_at)

    @admin.display(description=gettext_lazy("people and products"))
    def people(self, application: Application) -> str:
        counted = Organisation.objects.annotate(
            of_people=Count("memberships", distinct=True),
            of_products=Count("products", distinct=True),
        ).get(pk=application.organisation_id)
        return _("%(people)d people, %(products)d products") % {
            "people": counted.of_people,
            "products": counted.of_products,
        }

    @admin.display(description=gettext_lazy("earlier applications"))
    def earlier(self, application: Application) -> str:
        others = self.get_queryset(None).filter(organisation=application.organisation)  # type: ignore[arg-type]
        lines = [
            (
                reverse("admin:partners_application_change", args=[other.pk]),
                "",
                f"{_day(other.sent_at)} · {other.get_state_display()}",
            )
            for other in others.exclude(pk=application.pk).order_by("-sent_at")
        ]
        return format_html_join(", ", LINK, lines) or "–"

    # ---- the answer --------------------------------------------------------------------------

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Buttons only while it waits."""
        waits = Application.objects.waiting().filter(pk=object_id).exists()
        return waits and self.has_decide_permission(request)

    @action(
        description=gettext_lazy("Approve"), permissions=["answer"], url_path="approve",
        icon="check_circle",
    )  # fmt: skip
    def approve_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        return self._answer(
            request,
            object_id,
            ApproveForm(posted(request)),
            services.approve,
            title=_("Approve: %s"),
            done=_("%(partner)s is approved."),
            text=_("It is a partner from now on: its reseller space opens, and it is mailed."),
            button=_("Approve the application"),
        )

    @action(
        description=gettext_lazy("Refuse"), permissions=["answer"], url_path="refuse", icon="block"
    )
    def refuse_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        return self._answer(
            request,
            object_id,
            ReasonForm(posted(request)),
            services.refuse,
            title=_("Refuse: %s"),
            done=_("%(partner)s is refused."),
            text=_("The organisation reads the reason, and may apply again."),
            button=_("Refuse the application"),
        )

    def _answer(
        self,
        request: HttpRequest,
        object_id: Any,
        form: Any,
        verb: Any,
        *,
        title: str,
        done: str,
        **words: str,
    ) -> HttpResponse:
        application = Application.objects.select_related("organisation").get(pk=object_id)
        # As it stands in memory: the verb locks the row, and says if it is gone meanwhile.
        partner = Partner(organisation=application.organisation)
        return self.decide(
            request,
            form,
            partial(verb, partner=partner),
            back=("admin:partners_application_change", application.pk),
            title=title % application,
            done=done % {"partner": application},
            **words,
        )


def _day(at: Any) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT") if at else "–"


def _number_checks(number: str, country: str) -> str:
    try:
        checked_registration_number(number, country)
    except ValidationError:
        return _("does not check")
    return _("checks") if number else _("missing")
