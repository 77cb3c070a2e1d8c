"""Rows of several tables in one query: as JSON beside the row that they belong to."""

from typing import Any

from django.db.models import Model
from django.db.models.functions import JSONObject


def as_json(model: type[Model], prefix: str = "") -> JSONObject:
    """All columns of a row of `model`, which stands at `prefix` in the query."""
    names = [field.attname for field in model._meta.concrete_fields]
    return JSONObject(**{name: f"{prefix}{name}" for name in names})


def instance[M: Model](model: type[M], values: dict[str, Any], **related: Model) -> M:
    """The row that `as_json` gave, as if it had been read alone; `related` are rows at hand that
    its foreign keys name."""
    fields = model._meta.concrete_fields
    row = model(**{field.attname: field.to_python(values[field.attname]) for field in fields})
    row._state.adding = False
    row._state.db = "default"
    for name, other in related.items():
        setattr(row, name, other)
    return row
