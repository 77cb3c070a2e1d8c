from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partner programme")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import acts, directory_emails, emails  # noqa: F401 - letters, and acts in words
