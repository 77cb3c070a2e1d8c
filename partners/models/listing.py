"""A partner's page in the public directory (D1)."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from access.ids import public_id
from partners.models.partner import Partner
from partners.querysets import LogoQuerySet


class Logo(models.Model):
    """A picture as it was made anew from what was sent (T37). Never changed: its address may be
    kept by browsers for ever."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="logos")
    media_type = models.CharField(max_length=16)
    content = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LogoQuerySet.as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="listing_logos_never_change", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return self.public_id


class DirectoryPage(models.Model):
    """What a partner says of itself in the directory, in the languages it chose (D1).

    Whether it shows is `Partner.listed`, and only while the partner is approved (P5).
    """

    partner = models.OneToOneField(
        Partner, models.CASCADE, primary_key=True, related_name="page", verbose_name=_("partner")
    )
    headlines = models.JSONField(_("in one sentence"), default=dict, blank=True)
    descriptions = models.JSONField(_("description"), default=dict, blank=True)
    languages = ArrayField(
        models.CharField(max_length=5), verbose_name=_("languages"), default=list, blank=True
    )
    categories: "models.ManyToManyField[object, object]" = models.ManyToManyField(
        "clients.Category", blank=True, related_name="+", verbose_name=_("categories")
    )
    website = models.URLField(
        _("web site"), blank=True, validators=[URLValidator(schemes=["https"])]
    )
    logo = models.ForeignKey(
        Logo, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("logo")
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("directory page")
        verbose_name_plural = _("directory pages")

    def __str__(self) -> str:
        return str(self.partner)

    @property
    def where(self) -> "list[Place]":
        """Its places in the partner's order, as they were loaded with it."""
        return list(self.places.all())


class Place(models.Model):
    """A town or region where a partner works."""

    page = models.ForeignKey(DirectoryPage, models.CASCADE, related_name="places")
    name = models.CharField(_("place"), max_length=60)
    country = CountryField(_("country"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint("page", Lower("name"), "country", name="one_place_a_page"),
        ]
        indexes = [models.Index(Lower("name"), name="directory_places")]

    def __str__(self) -> str:
        return self.name
