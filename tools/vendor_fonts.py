#!/usr/bin/env python3
"""Cuts the fonts of our PDFs to the scripts of Europe and copies them into static/vendor/fonts/.

Fetch both packages first (`npm pack inter-ui@4.1 @fontsource/arimo@5.3`), then run
`python tools/vendor_fonts.py inter-ui-*.tgz fontsource-arimo-*.tgz` and commit the result.
Inter is the documents' face; Arimo, drawn like Liberation Sans, is what the rules of the Swiss
QR-bill ask for in its payment part. Both are under the SIL Open Font License.
"""

import io
import json
import sys
import tarfile
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "fonts"

LATIN = [*range(0x20, 0x180), *range(0x218, 0x21C), 0x2BC, 0x2C6, 0x2DC, 0x1E9E]
SIGNS = [*range(0x2000, 0x2070), *range(0x20A0, 0x20C0), 0x2116, 0x2122, 0x2212, 0x2264, 0x2265]
OTHERS = [*range(0x370, 0x400), *range(0x400, 0x460), *range(0x2190, 0x2194), *range(0x300, 0x30D)]
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "calt"]


def cut(font: TTFont, characters: list[int]) -> TTFont:
    options = subset.Options(hinting=False, layout_features=FEATURES, name_IDs=["*"])
    worker = subset.Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(font)
    return font


def read(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"The package has no {name}.")
    return member.read()


def opened(package: tarfile.TarFile, name: str) -> TTFont:
    font = TTFont(io.BytesIO(read(package, name)))
    font.flavor = None
    return font


def inter(package: tarfile.TarFile) -> None:
    for weight in ("Regular", "SemiBold"):
        font = cut(opened(package, f"web/Inter-{weight}.woff2"), [*LATIN, *SIGNS, *OTHERS])
        font.save(FONTS / "inter" / f"Inter-{weight}.ttf")


def arimo(package: tarfile.TarFile) -> None:
    """The package cuts the font in two for the web; here it is one again."""
    for number, weight in ((400, "Regular"), (700, "Bold")):
        parts = []
        for script in ("latin", "latin-ext"):
            part = io.BytesIO()
            font = opened(package, f"files/arimo-{script}-{number}-normal.woff2")
            cut(font, [*LATIN, *SIGNS]).save(part)
            part.seek(0)
            parts.append(part)
        merge.Merger().merge(parts).save(FONTS / "arimo" / f"Arimo-{weight}.ttf")


def main() -> None:
    for name in sys.argv[1:]:
        with tarfile.open(name) as package:
            about = json.loads(read(package, "package.json"))
            family = "arimo" if "arimo" in about["name"] else "inter"
            folder = FONTS / family
            folder.mkdir(parents=True, exist_ok=True)
            {"inter": inter, "arimo": arimo}[family](package)
            licence = "LICENSE" if family == "arimo" else "LICENSE.txt"
            (folder / "LICENSE").write_bytes(read(package, licence))
            (folder / "VERSION").write_text(about["version"] + "\n")


if __name__ == "__main__":
    main()
