#!/usr/bin/env python3
"""Django's command line for the portal."""

import os
import sys


def main() -> None:
    """Run a command; a wrong environment or a silent database gets one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    from portal.environment import assume_development, one_sentence

    with one_sentence():
        assume_development()
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
