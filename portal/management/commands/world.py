"""`manage.py world FILE.json`: builds a world of organisations from a file."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from portal import worlds
from portal.worlds import WorldError
from portal.worlds.format import World


class Command(BaseCommand):
    help = (
        "Loads a world of people, organisations, products and partnerships from a file into an "
        "empty database, all or nothing. The format is in docs/world.md."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the world, as JSON")
        parser.add_argument("--check", action="store_true", help="only look for mistakes")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing in a database that holds data"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            world = worlds.read_file(file)
            if options["check"]:
                self.say(options, f"{file}: no mistakes found. {summary(world)}")
            elif options["if_empty"] and not worlds.is_empty():
                self.say(options, "The database holds data already: nothing was loaded.")
            else:
                worlds.load(world)
                self.say(options, f"{file}: loaded. {summary(world)}")
        except WorldError as error:
            raise CommandError(sentence(file, error)) from None

    def say(self, options: dict[str, Any], text: str) -> None:
        if options["verbosity"]:
            self.stdout.write(text)


def summary(world: World) -> str:
    products = sum(len(each.product_names()) for each in world.organisations)
    return (
        f"People: {len(world.people)}, organisations: {len(world.organisations)}, "
        f"products: {products}, partnerships: {len(world.partnerships)}, "
        f"tenders: {len(world.tenders)}."
    )


def sentence(file: Path, error: WorldError) -> str:
    count = len(error.mistakes)
    if count == 1 and not error.mistakes[0].place:
        return f"{file}: nothing was loaded. {error}"
    what = "1 mistake" if count == 1 else f"{count} mistakes"
    lines = "\n".join(f"  {mistake}" for mistake in error.mistakes)
    return f"{file}: {what}, nothing was loaded.\n{lines}"
