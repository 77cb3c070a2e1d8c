"""`make faults`: break everything while mails are made, and count them afterwards.

It starts PostgreSQL, Redis, a mail server with scripted answers, two workers and beat, makes events
through the portal's services, and meanwhile kills, flushes, restarts and stops all of these; in
the last act Redis is gone for good. docs/faults.md says what is promised and how it is counted.
"""

import argparse
import json
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from faults.compare import Verdict, judge  # noqa: E402
from faults.run import SABOTAGE, Run  # noqa: E402
from faults.servers import MissingServerError  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--events", type=int, default=2000, help="how many events (2,000)")
    parser.add_argument("--seed", type=int, default=None, help="the same chances as that run")
    parser.add_argument("--json", type=Path, default=CHECKOUT / "var" / "faults.json")
    parser.add_argument("--keep", action="store_true", help="keep the run's folder with its logs")
    parser.add_argument("--sabotage", choices=sorted(SABOTAGE), default="", help="see it fail")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    begun = time.monotonic()
    say(f"{arguments.events} events, SEED={seed}")
    run = Run(arguments.events, seed, arguments.sabotage, arguments.keep, say)
    try:
        verdict = judge(run.evidence())
    except MissingServerError as problem:
        raise SystemExit(str(problem)) from None
    except KeyboardInterrupt:
        raise SystemExit("\nStopped.") from None
    figures = {"seed": seed} | verdict.figures | {"seconds in all": round(time.monotonic() - begun)}
    report(figures, verdict, arguments.json)
    if arguments.keep:
        say(f"The logs are in {run.folder}.")
    if not verdict.ok:
        raise SystemExit("A promise is broken.")


def report(figures: dict[str, Any], verdict: Verdict, path: Path) -> None:
    """Prints the table, and writes it as JSON."""
    say("")
    for name, value in figures.items():
        shown = "" if isinstance(value, dict) else "never" if value is None else value
        say(f"{name:40} {shown:>10}")
        if isinstance(value, dict):
            for kind, count in value.items():
                say(f"  {kind:38} {count:>10}")
    for sentence in verdict.broken:
        say(f"BROKEN  {sentence}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures | {"broken": verdict.broken}, indent=2) + "\n")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
