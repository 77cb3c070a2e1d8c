"""Inviting people into an organisation by e-mail (O1, O2)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access import ids, keyed
from access.models.organisations import Organisation
from access.querysets import MemberInvitationQuerySet
from access.rules import InvitationState, Role


class MemberInvitation(models.Model):
    """An organisation asks the person at an address to join it in a role.

    The link's token is computed from `link_id`, and the table holds its hash; sending again makes
    a new `link_id`, so the link sent before stops working (T4).
    """

    public_id = models.CharField(max_length=16, unique=True, default=ids.public_id, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="member_invitations"
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    accounting = models.BooleanField(_("accounting right"), default=False)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=InvitationState.choices,
        default=InvitationState.WAITING,
    )
    link_id = models.CharField(max_length=16, default=ids.public_id, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("invited at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("last sent at"))
    expires_at = models.DateTimeField(_("open until"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = MemberInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation of a person")
        verbose_name_plural = _("invitations of people")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(state="waiting"),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invited_in_lower_case"),
        ]
        indexes = [models.Index(fields=["email", "state"])]

    def __str__(self) -> str:
        return f"{self.email} · {self.organisation}"

    @property
    def is_open(self) -> bool:
        """Somebody can still answer it."""
        return self.state == InvitationState.WAITING and self.expires_at > timezone.now()

    @property
    def token(self) -> str:
        """The secret in the mailed address: 256 bits, from the link's id and the portal's key."""
        return keyed.token_of("access.MemberInvitation", self.link_id, self.token_hash)

    @staticmethod
    def hash_of(token: str) -> str:
        return keyed.hash_of(token)
