from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = _("People and access")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from .web.gate import end_weaker_sessions

        authenticator_added.connect(end_weaker_sessions)
        from . import emails, support_emails  # noqa: F401 - registers the letters
