"""Pictures that people send: looked at as what they are, and made anew (T37)."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 4096
PNG, JPEG = "image/png", "image/jpeg"


class PictureField(forms.FileField):
    """A PNG, JPEG or WebP of at most 2 MB and 4,096 pixels a side; cleans to its bytes, made anew
    at most `width` × `height` pixels large, and their media type: PNG where it is see-through,
    else JPEG. Nothing else that the file held comes along (T37)."""

    def __init__(self, *args: Any, width: int = 800, height: int = 800, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.ClearableFileInput)
        super().__init__(*args, **kwargs)
        self.size = (width, height)
        self.widget.attrs["accept"] = "image/png,image/jpeg,image/webp"

    def clean(self, data: Any, initial: Any = None) -> tuple[bytes, str] | None:
        file = super().clean(data, initial)
        if not file or file is initial:
            return None
        if file.size > MOST_BYTES:
            raise ValidationError(_("The picture is larger than 2 MB."))
        return made_anew(file.read(MOST_BYTES + 1), self.size)


def made_anew(data: bytes, size: tuple[int, int]) -> tuple[bytes, str]:
    """The picture drawn again, and its media type. Raises ValidationError for anything else."""
    try:
        with _whole_only(), Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if max(picture.size) > MOST_PIXELS:
                raise ValidationError(_("The picture is larger than 4,096 pixels on a side."))
            picture.load()
            return _drawn(picture, size)
    except ValidationError:
        raise
    except Exception as problem:  # what a broken picture raises depends on its format
        raise ValidationError(_("This is not a PNG, JPEG or WebP picture.")) from problem


_lock = Lock()


@contextmanager
def _whole_only() -> Iterator[None]:
    """Pictures that are cut off are refused, whatever another library set for the process."""
    with _lock:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _drawn(picture: Image.Image, size: tuple[int, int]) -> tuple[bytes, str]:
    upright = ImageOps.exif_transpose(picture) or picture
    see_through = upright.has_transparency_data
    flat = upright.convert("RGBA" if see_through else "RGB")
    flat.thumbnail(size)
    clean = Image.new(flat.mode, flat.size)
    clean.paste(flat)
    file = io.BytesIO()
    if see_through:
        clean.save(file, "PNG", optimize=True)
        return file.getvalue(), PNG
    clean.save(file, "JPEG", quality=90)
    return file.getvalue(), JPEG
