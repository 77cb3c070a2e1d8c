"""What browser and system a browser says it is, in words for a list of one's own sessions."""

# The first word found wins: Edge and Opera call themselves Chrome, and Chrome Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chrome OS"),
    ("Linux", "Linux"),
)
MOBILE = {"iPhone", "iPad", "Android"}


def browser_of(user_agent: str) -> str:
    """Such as Firefox, or nothing when it is none that we know."""
    return _first(BROWSERS, user_agent)


def system_of(user_agent: str) -> str:
    return _first(SYSTEMS, user_agent)


def _first(words: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for word, name in words if word in user_agent), "")
