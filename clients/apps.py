from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClientsConfig(AppConfig):
    name = "clients"
    verbose_name = _("Products and partnerships")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import acts, emails, payer_emails  # noqa: F401 - registers the letters, and the acts in words
