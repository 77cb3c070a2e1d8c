"""The catalogue that the vendor's staff keep: categories and product types (C1, C4)."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clients.rules import Period


class Named(models.Model):
    """Something of the catalogue, with a name in the portal's languages."""

    slug = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(
        _("translated names"),
        default=dict,
        blank=True,
        help_text=_('By language, for example {"fr": "Hébergement web", "de": "Webhosting"}.'),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return in_words(self.name, self.names)


def in_words(name: str, names: dict[str, str]) -> str:
    """What the reader's language calls a thing of the catalogue with this name and these."""
    return names.get(get_language() or "") or name


class Category(Named):
    """A family of products: collaboration, web & domains, cloud computing …"""

    icon = models.CharField(_("icon"), max_length=40, default="box")

    class Meta(Named.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")


class ProductType(Named):
    """What can be ordered: web hosting, domain name, VPS …"""

    category = models.ForeignKey(
        Category, models.PROTECT, related_name="product_types", verbose_name=_("category")
    )
    period = models.CharField(
        _("usual period"), max_length=8, choices=Period.choices, default=Period.YEARLY
    )
    is_backup = models.BooleanField(
        _("backup"),
        default=False,
        help_text=_("Such a product sits in a partner's console account (C4)."),
    )
    is_offered = models.BooleanField(_("can be ordered"), default=True)

    class Meta(Named.Meta):
        verbose_name = _("product type")
        verbose_name_plural = _("product types")
