#!/usr/bin/env python3
"""Copies what we use of Bootstrap and Bootstrap Icons into static/vendor/.

Fetch both packages first (`npm pack bootstrap@5.3 bootstrap-icons@1.13`), then run
`python tools/vendor_look.py bootstrap-*.tgz bootstrap-icons-*.tgz` and commit the result.
A new icon is a name added to tools/icons.txt.
"""

import json
import re
import sys
import tarfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"

ICONS = (Path(__file__).parent / "icons.txt").read_text().split()


def read(package: tarfile.TarFile, name: str) -> str:
    member = package.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"The package has no {name}.")
    return member.read().decode()


def write(folder: str, name: str, text: str) -> None:
    target = VENDOR / folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.rstrip() + "\n")


def label(package: tarfile.TarFile, folder: str) -> None:
    """VERSION and licence travel with the copy."""
    write(folder, "VERSION", json.loads(read(package, "package.json"))["version"])
    write(folder, "LICENSE", read(package, "LICENSE"))


def dark_rules(css: str) -> str:
    """Bootstrap's dark rules without their attribute.

    The page links them with a media query, so that "as the device does" needs no JavaScript.
    """
    rules = re.findall(r"(?<=})(\[data-bs-theme=dark\][^{}]*)\{([^{}]*)\}", css)
    return "\n".join(
        f"{selector.replace('[data-bs-theme=dark]', ':root').strip()}{{{body}}}"
        for selector, body in rules
    )


def bootstrap(package: tarfile.TarFile) -> None:
    css = read(package, "dist/css/bootstrap.min.css")
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    write("bootstrap", "bootstrap.min.css", css)
    write("bootstrap", "bootstrap-dark.css", dark_rules(css))
    label(package, "bootstrap")


def symbol(package: tarfile.TarFile, name: str) -> str:
    svg = read(package, f"icons/{name}.svg")
    body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    if body is None:
        raise SystemExit(f"The icon {name} is no SVG.")
    paths = re.sub(r"\s*\n\s*", "", body.group(1))
    return f'<symbol id="{name}" viewBox="0 0 16 16" fill="currentColor">{paths}</symbol>'


def icons(package: tarfile.TarFile) -> None:
    symbols = "\n".join(symbol(package, name) for name in sorted(set(ICONS)))
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>'
    write("bootstrap-icons", "sprite.svg", sprite)
    label(package, "bootstrap-icons")


def main() -> None:
    for name in sys.argv[1:]:
        with tarfile.open(name) as package:
            kind = json.loads(read(package, "package.json"))["name"]
            {"bootstrap": bootstrap, "bootstrap-icons": icons}[kind](package)


if __name__ == "__main__":
    main()
