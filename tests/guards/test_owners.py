"""Every row has one owning organisation, or its model stands on a list with the reason."""

from django.db import models
from django.test.utils import isolate_apps

from access.models import Organisation
from tests.guards.owners import WITHOUT_OWNER, our_models, owned


def homeless(found: list[type[models.Model]]) -> set[str]:
    return {model._meta.label for model in set(found) - owned(found)}


def test_every_model_has_an_owner() -> None:
    assert homeless(our_models()) - set(WITHOUT_OWNER) == set()


def test_no_entry_of_the_list_is_stale() -> None:
    assert set(WITHOUT_OWNER) - homeless(our_models()) == set()


@isolate_apps("clients")
def test_a_model_without_owner_is_seen() -> None:
    class Note(models.Model):
        text = models.TextField()
        about = models.ForeignKey(Organisation, models.CASCADE, null=True)

        class Meta:
            app_label = "clients"

        def __str__(self) -> str:
            return self.text

    class Owned(models.Model):
        organisation = models.ForeignKey(Organisation, models.CASCADE)

        class Meta:
            app_label = "clients"

        def __str__(self) -> str:
            return str(self.pk)

    assert homeless([*our_models(), Note, Owned]) - set(WITHOUT_OWNER) == {"clients.Note"}
