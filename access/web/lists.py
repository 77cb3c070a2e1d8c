"""One shape for every list: search, filter, sort, page, all read from the address."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from access import together

PER_PAGE = 50
COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts, and pages through, the first `COUNTED` rows: a log may have millions. Who wants
    older lines narrows the period."""

    @cached_property
    def capped(self) -> bool:
        """There are more rows than the pages show."""
        return self._counted > COUNTED

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNTED)

    @cached_property
    def _counted(self) -> int:
        rows: QuerySet[Any] = self.object_list.order_by()  # type: ignore[union-attr]
        return rows[: COUNTED + 1].count()


class CountedPaginator(CappedPaginator):
    """Pages through rows whose number was asked together with other figures."""

    def __init__(self, rows: Any, per_page: int, counted: int, most: int = COUNTED) -> None:
        super().__init__(rows, per_page)
        self.most = most
        self.counted = counted

    @cached_property
    def capped(self) -> bool:
        return self.counted > self.most

    @cached_property
    def count(self) -> int:
        return min(self.counted, self.most)


class Listing:
    """The rows of a list page as the address asks for them.

    `q` searches through the queryset's method `search` (another one when named); `filters` is a
    form class with a field for each filter and a method `narrow(rows)`; `sorts` maps the keys of
    `sort` (a leading `-` turns it round) to orderings. What the address says wrongly is ignored,
    never an error.

    In templates: `listing.page`, `listing.q`, `listing.sort`, `listing.filters`,
    `listing.narrowed` (something is searched or filtered) and `listing.total` (rows found).
    """

    paginator: ClassVar["type[Paginator[Any]]"] = Paginator

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        *,
        sorts: Mapping[str, Sequence[str]],
        default: str,
        filters: forms.Form | None = None,
        per_page: int = PER_PAGE,
        search: str = "search",
    ) -> None:
        self.q = request.GET.get("q", "").strip()[:100].replace("\x00", "")
        self.filters = filters
        self.offered = rows
        self.sort = self._sort(request, sorts, default)
        self._order = self._ordering(sorts)
        self._search = search
        self._filtered = filters is not None and filters.is_valid()
        self._read(request.GET.get("page"), per_page)

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """What the address asks for of the rows that are `offered`, in its order."""
        rows = getattr(self.offered, self._search)(self.q) if self.q else self.offered
        if self._filtered:
            rows = self.filters.narrow(rows)  # type: ignore[union-attr]
        return rows.order_by(*self._order)

    def _read(self, number: str | None, per_page: int) -> None:
        self.page: Page[Any] = self.paginator(self.rows, per_page).get_page(number)

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @property
    def narrowed(self) -> bool:
        chosen = self.filters.cleaned_data.values() if self.filters is not None else ()
        return bool(self.q) or any(chosen)

    @staticmethod
    def _sort(request: HttpRequest, sorts: Mapping[str, Sequence[str]], default: str) -> str:
        asked = request.GET.get("sort", default)
        return asked if asked.removeprefix("-") in sorts else default

    def _ordering(self, sorts: Mapping[str, Sequence[str]]) -> list[str]:
        names = [*sorts[self.sort.removeprefix("-")], "pk"]
        if not self.sort.startswith("-"):
            return names
        return [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in names]


class LongListing(Listing):
    """A list of rows that nobody counts to the end."""

    paginator = CappedPaginator


class TogetherListing(Listing):
    """A list whose rows are counted in one query with the other figures of its page: the page is
    there after `counted`. Counts to `COUNTED`, as a `LongListing` does.

    With `columns` the page's rows are bare rows of these (`values_list(named=True)`), without
    the objects, which a long page need not make.
    """

    def __init__(self, *arguments: Any, columns: Sequence[str] = (), **options: Any) -> None:
        self._columns = columns
        super().__init__(*arguments, **options)

    def _bare(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.values_list(*self._columns, named=True) if self._columns else rows

    def _read(self, number: str | None, per_page: int) -> None:
        self._wanted = (number, per_page)

    @property
    def asked(self) -> QuerySet[Any]:
        """The rows of the page that the address asks for, should there be as many; of a list that
        is searched or filtered, for `together.ask(found=…)`."""
        number, per_page = self._wanted
        digits = number or "1"  # more of them than Python turns into a number are no page
        place = int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else 1
        first = (min(max(place, 1), COUNTED) - 1) * per_page
        if self.narrowed:
            return self.offered.filter(pk__in=together.found(first, first + per_page))
        return self.rows[first : first + per_page]

    def read_as(self, rows: QuerySet[Any]) -> None:
        """From here on the same rows come from this query, which reads them in another way."""
        self.offered = rows
        self.__dict__.pop("rows", None)

    def counted(self, rows: int) -> None:
        """Turns to the page, when the number of `rows` is known."""
        number, per_page = self._wanted
        self.page = CountedPaginator(self._bare(self.rows), per_page, rows).get_page(number)

    def found(self, keys: Sequence[int]) -> None:
        """Turns to the page of the rows with these `keys`, in the list's order: what was searched
        once is not searched again."""
        number, per_page = self._wanted
        rows = RowsByKey(self._bare(self.offered.order_by(*self.rows.query.order_by)), keys)
        self.page = CountedPaginator(rows, per_page, len(keys)).get_page(number)


class RowsByKey:
    """Those of `rows` that have the `keys`, which stand in the same order; a slice is read."""

    ordered = True

    def __init__(self, rows: QuerySet[Any], keys: Sequence[int]) -> None:
        self._rows, self._keys = rows, keys

    def __getitem__(self, part: slice) -> QuerySet[Any]:
        return self._rows.filter(pk__in=self._keys[part])


class FilterForm(forms.Form):
    """The filters of a list. Each field's `queryset` or choices are set in `__init__`, per
    request (threat T28); a value that is none of them filters nothing."""

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the chosen values leave."""
        raise NotImplementedError

    def is_valid(self) -> bool:
        super().is_valid()
        for name in self.fields:
            self.cleaned_data.setdefault(name, None)
        return True
