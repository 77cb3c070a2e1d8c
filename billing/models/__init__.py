from billing.models.bank import BankFile, BankMovement
from billing.models.earnings import PartnerTurnover
from billing.models.invoices import Invoice, InvoiceCounter, InvoiceLine, Payment
from billing.models.ledger import Account, Clawback, Entry, MoneyRequest
from billing.models.orders import LineProduct, Order, OrderLimit, OrderLine
from billing.models.prices import (
    FixedPrice,
    PartnerRate,
    Price,
    TierTable,
    VatRate,
    VolumeTier,
)
from billing.models.profiles import BillingProfile
from billing.models.provisioning import ProvisioningTask
from billing.models.rebilling import (
    Rebill,
    RebillCounter,
    RebillLine,
    RebillLogo,
    RebillMarkup,
    RebillSender,
)
from billing.models.renewals import RenewalFailure, RenewalRun, RenewalUnits, RenewalWish
from billing.models.what_if import WhatIf, WhatIfRow

__all__ = [
    "Account",
    "BankFile",
    "BankMovement",
    "BillingProfile",
    "Clawback",
    "Entry",
    "FixedPrice",
    "Invoice",
    "InvoiceCounter",
    "InvoiceLine",
    "LineProduct",
    "MoneyRequest",
    "Order",
    "OrderLimit",
    "OrderLine",
    "PartnerRate",
    "PartnerTurnover",
    "Payment",
    "Price",
    "ProvisioningTask",
    "Rebill",
    "RebillCounter",
    "RebillLine",
    "RebillLogo",
    "RebillMarkup",
    "RebillSender",
    "RenewalFailure",
    "RenewalRun",
    "RenewalUnits",
    "RenewalWish",
    "TierTable",
    "VatRate",
    "VolumeTier",
    "WhatIf",
    "WhatIfRow",
]
