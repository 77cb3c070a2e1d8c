"""Which organisation owns the rows of a model: by a foreign key, or through an owned row."""

from collections.abc import Iterable

from django.apps import apps
from django.db.models import Model

from access.models import Organisation
from tests.guards.code import APPS

WITHOUT_OWNER = {
    "access.User": "a person belongs to many organisations (O1); pages reach it by memberships",
    "access.User_groups": "the people of a partner's group, kept by the services (A1)",
    "access.User_user_permissions": "Django's own; nothing of ours reads it",
    "access.Attempt": "counters of limits; no page shows them",
    "access.SupportCode": "a person's own; found by the person or by a hash of the code (S1)",
    "access.SupportLookup": "about a person or an organisation; shown to the person found (T29)",
    "access.OutgoingMail": "the vendor's outbox: staff read it in the admin, the demo its own",
    "billing.BankFile": "the vendor's own; staff read it in the admin",
    "billing.BankMovement": "what came to the vendor's account; staff read it in the admin",
    "billing.FixedPrice": "the price lists are the vendor's, the same for all (C2)",
    "billing.PartnerRate": "the price lists are the vendor's, the same for all (C2)",
    "billing.Price": "the price lists are the vendor's, the same for all (C2)",
    "billing.TierTable": "the price lists are the vendor's, the same for all (C2)",
    "billing.VolumeTier": "the price lists are the vendor's, the same for all (C2)",
    "billing.VatRate": "the vendor's rates by country and day (M8)",
    "billing.RenewalRun": "the nightly run is the vendor's; staff read it in the admin (M5)",
    "billing.WhatIf": "a draft of the vendor's staff, who alone read it",
    "billing.WhatIfRow": "a draft of the vendor's staff, who alone read it",
    "billing.InvoiceCounter": "the numbers are the vendor's, one row a year (M8)",
    "clients.Category": "the catalogue is the same for all",
    "clients.ProductType": "the catalogue is the same for all",
    "partners.ProgrammeVersion": "the programme's words are the vendor's, the same for all (P1)",
    "partners.ProgrammeText": "the programme's words are the vendor's, the same for all (P1)",
    "partners.ThemeBundle": "the vendor's; shown to approved partners only (P4)",
    "tenders.Tender": "anybody's, who may have no organisation (T1); pages find it by a mailed "
    "link, the requester's account, or as a partner that may read it",
    "tenders.TenderLink": "found by its secret, or by what this browser has shown (T26)",
    "tenders.Tender_categories": "of a tender",
}


def our_models() -> list[type[Model]]:
    """The portal's own models, the tables of its many-to-many fields included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.partition(".")[0] in APPS
    ]


def owned(models: Iterable[type[Model]]) -> set[type[Model]]:
    """Those that are an organisation's, or stand on a row that is, by a key that is always set."""
    models = set(models)
    found = {Organisation} & models
    while True:
        more = {model for model in models - found if _owners(model) & found}
        if not more:
            return found
        found |= more


def _owners(model: type[Model]) -> set[type[Model]]:
    return {
        field.related_model
        for field in model._meta.concrete_fields
        if field.many_to_one or field.one_to_one
        if not field.null
    }


def owned_models() -> list[type[Model]]:
    return sorted(owned(our_models()) - {Organisation}, key=lambda model: model._meta.label)
