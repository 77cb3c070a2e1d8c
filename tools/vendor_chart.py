#!/usr/bin/env python3
"""Copies what we use of Chart.js into static/vendor/chartjs, with its version and licence.

Fetch the package first (`npm pack chart.js@4`), then run
`python tools/vendor_chart.py chart.js-*.tgz` and commit the result.
"""

import json
import re
import sys
import tarfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "static" / "vendor" / "chartjs"


def read(package: tarfile.TarFile, name: str) -> str:
    member = package.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"The package has no {name}.")
    return member.read().decode()


def write(name: str, text: str) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / name).write_text(text.rstrip() + "\n")


def main(path: str) -> None:
    with tarfile.open(path) as package:
        script = read(package, "dist/chart.umd.min.js")
        write("chart.umd.min.js", re.sub(r"//# sourceMappingURL=.*", "", script))
        write("VERSION", json.loads(read(package, "package.json"))["version"])
        write("LICENSE", read(package, "LICENSE.md"))


if __name__ == "__main__":
    main(sys.argv[1])
