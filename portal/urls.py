"""Every address of the portal. Each leads to a view with a policy (`manage.py policy`)."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from clients.views import reach
from portal import dashboard, demo_mails, health, metrics

urlpatterns = [
    path("", include("portal.page_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("readyz/web", health.readyz_web, name="readyz_web"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("access.urls")),
    path("", include("partners.urls.findable")),
    path("invitations/", include("clients.urls.invitations")),
    path("o/<slug:organisation>/", dashboard.home, name="home"),
    path("o/<slug:organisation>/people/", include("clients.urls.people")),
    path("o/<slug:organisation>/products/", include("clients.urls.products")),
    path("o/<slug:organisation>/products/", include("billing.urls.renewals")),
    path("o/<slug:organisation>/partners/", include("clients.urls.partners")),
    path("o/<slug:organisation>/log/", include("clients.urls.log")),
    path("o/<slug:organisation>/reach/", reach.organisation_reach, name="reach"),
    path("o/<slug:organisation>/orders/", include("billing.urls.orders")),
    path("o/<slug:organisation>/billing/account/", include("billing.urls.account")),
    path("o/<slug:organisation>/billing/", include("billing.urls.invoices")),
    path("o/<slug:organisation>/", include("billing.urls.exports")),
    path("o/<slug:organisation>/costs/", include("billing.urls.costs")),
    path("o/<slug:organisation>/reseller/orders/", include("billing.urls.client_orders")),
    path("o/<slug:organisation>/reseller/clients/", include("clients.urls.reseller")),
    path("o/<slug:organisation>/reseller/products/", include("clients.urls.client_products")),
    path("o/<slug:organisation>/reseller/log/", include("clients.urls.clients_log")),
    path("o/<slug:organisation>/reseller/earnings/", include("billing.urls.earnings")),
    path("o/<slug:organisation>/reseller/prices/", include("billing.urls.prices")),
    path("o/<slug:organisation>/reseller/rebilling/", include("billing.urls.rebilling")),
    path("o/<slug:organisation>/bills/", include("billing.urls.partner_bills")),
    path("o/<slug:organisation>/programme/", include("partners.urls.programme")),
    path("o/<slug:organisation>/reseller/benefits/", include("partners.urls.benefits")),
    path("o/<slug:organisation>/reseller/directory/", include("partners.urls.listing")),
    path("o/<slug:organisation>/reseller/backups/", include("clients.urls.backups")),
    path("o/<slug:organisation>/reseller/tenders/", include("tenders.urls.reseller")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/mails/", include("portal.gallery")),
    path("admin/", admin.site.urls),
    *demo_mails.urlpatterns(),
    # Pages for strangers name their language, so that each can be found and linked in each.
    *i18n_patterns(path("", include("portal.public_urls"))),
]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
