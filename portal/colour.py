"""The vendor's one colour, made readable: pure arithmetic over sRGB (WCAG 2.2 contrast)."""

type Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
DARK_SURFACE: Colour = (0x22, 0x29, 0x33)
LIGHT_SURFACE: Colour = (0xF0, 0xF2, 0xF5)
READABLE = 4.6  # a little over AA's 4.5, so that rounding never falls below it


def parse(text: str) -> Colour:
    """`#rrggbb` as numbers. Raises ValueError for anything else: it ends in a stylesheet."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"A colour is written #rrggbb, not {text!r}.")
    red, green, blue = (int(text[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def as_hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Colour) -> float:
    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """`share` of `other` in `colour`."""
    red, green, blue = (
        round(one * (1 - share) + two * share) for one, two in zip(colour, other, strict=True)
    )
    return red, green, blue


def readable(colour: Colour, against: tuple[Colour, ...], towards: Colour) -> Colour:
    """The colour, moved towards black or white until it reads on every colour in `against`."""
    for step in range(101):
        moved = mix(colour, towards, step / 100)
        if all(contrast(moved, other) >= READABLE for other in against):
            return moved
    return towards


def palette(text: str) -> dict[str, str]:
    """The custom properties of vendor.css from the setting VENDOR_COLOUR."""
    colour = parse(text)
    fill = readable(colour, (WHITE,), BLACK)
    soft_light = mix(colour, WHITE, 0.9)
    soft_dark = mix(colour, DARK_SURFACE, 0.75)
    return {
        "--portal-accent": as_hex(fill),
        "--portal-accent-strong": as_hex(mix(fill, BLACK, 0.18)),
        "--portal-accent-on-light": as_hex(readable(fill, (LIGHT_SURFACE, soft_light), BLACK)),
        "--portal-accent-on-dark": as_hex(readable(colour, (DARK_SURFACE, soft_dark), WHITE)),
        "--portal-accent-soft-light": as_hex(soft_light),
        "--portal-accent-soft-dark": as_hex(soft_dark),
    }


def stylesheet(text: str) -> str:
    rules = "".join(f"{name}:{value};" for name, value in palette(text).items())
    return f":root{{{rules}}}\n"
