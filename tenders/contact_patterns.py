"""What contact details look like, however they are spelt (T2, threat T24). Pure tables.

The patterns read a text that `tenders.extracts` has folded: compatibility characters, foreign
digits and full-width letters are plain ones, what cannot be seen is gone. They say which spans
are contact details; where one could be read either way, they say it is one.
"""

import re


def words(text: str) -> list[str]:
    """The words of a table that is written as a text, so that it can be read."""
    return text.split()


COUNTRY_DOMAINS = words(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs "
    "bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee "
    "eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm "
    "hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb "
    "lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz "
    "na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs "
    "ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm "
    "tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
WIDE_DOMAINS = words(
    "com net org info biz name pro mobi app dev cloud online site website store shop tech agency "
    "digital email group company swiss zuerich paris berlin wien koeln hamburg bzh alsace corsica "
    "cat xyz top club page link live studio design hotel restaurant bio art blog news media"
)
# After a spelt-out dot, endings that are no ordinary word of our five languages.
PLAIN_ENDINGS = words(
    "ch com net org fr io info eu be lu li ca uk biz app dev cloud swiss nl pl cz pt dk us tv"
)
NOT_ENDINGS = words(
    "js ts jsx css scss html htm php xml json yml yaml csv txt pdf doc docx xls xlsx ppt pptx odt "
    "png jpg jpeg gif svg webp zip tar sql env exe dll ini conf log rtf mp3 mp4 wav psd vue"
)
"""What follows the dot of a file or of a piece of software, not of a host."""

ENDING = "|".join(COUNTRY_DOMAINS + WIDE_DOMAINS)
PLAIN = "|".join(PLAIN_ENDINGS)
NOT_ENDING = "|".join(NOT_ENDINGS)

_AT_WORD = r"at|ät|aet|arobase|arrobase|arobas|arroba|chiocciola|klammeraffe|kringel|affenschwanz"
_DOT_WORD = r"dot|punkt|point|punto|dott"
_OPEN, _CLOSE = r"[\[({<|_*/~-]", r"[\])}>|_*/~-]"
_SIGN = (
    rf"(?:\s{{0,3}}(?:@|%40)\s{{0,3}}"
    rf"|\s{{0,3}}{_OPEN}\s{{0,2}}(?:{_AT_WORD}|a|@)\s{{0,2}}{_CLOSE}\s{{0,3}})"
)
_SIGN_IN_WORDS = rf"\s{{1,3}}(?:{_AT_WORD})\s{{1,3}}"
_DOT_IN_WORDS = (
    rf"\s{{0,3}}{_OPEN}\s{{0,2}}(?:{_DOT_WORD}|\.|,)\s{{0,2}}{_CLOSE}\s{{0,3}}"
    rf"|\s{{1,3}}(?:{_DOT_WORD})\s{{1,3}}"
)
_DOT = rf"(?:\s{{0,3}}\.\s{{0,3}}|{_DOT_IN_WORDS})"
_CLOSE_DOT = rf"(?:\.|{_DOT_IN_WORDS})"
_LOCAL = r"(?<![\w.+%-])[\w.+%'-]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,62}[^\W_])?"
_TIGHT_DOT = rf"(?:\.|\s{{0,2}}{_OPEN}\s{{0,2}}(?:{_DOT_WORD}|\.)\s{{0,2}}{_CLOSE}\s{{0,2}})"
_PATH = r"(?::\d{1,5})?(?:[/?#]\S{0,500})?"


def _found(pattern: str) -> "re.Pattern[str]":
    return re.compile(pattern, re.IGNORECASE)


ADDRESSES = (
    # name@host.ch, name [at] host dot ch, name arobase host point fr
    _found(rf"{_LOCAL}{_SIGN}(?:{_LABEL}{_DOT}){{1,4}}(?:{ENDING}|xn--\w+)\b{_PATH}"),
    _found(rf"{_LOCAL}{_SIGN_IN_WORDS}(?:{_LABEL}{_CLOSE_DOT}){{1,4}}(?:{ENDING})\b{_PATH}"),
    # name@host, whatever the host is
    _found(r"(?<![\w.+-])(?=[\d.+'-]{0,40}[^\W\d])[\w.+'-]{1,64}@[^\W\d_][\w.-]{1,100}"),
    # a sign of its own makes the address plain, whatever follows
    _found(
        rf"[\w.+%'-]{{1,64}}\s{{0,2}}[\[({{<]\s?(?:{_AT_WORD})\s?[\])}}>]\s{{0,2}}[\w.-]{{2,100}}"
    ),
)

LINKS = (
    _found(r"\bh(?:tt|xx|tx|xt)ps?\s{0,2}[:;]?\s{0,2}/{1,2}\s{0,2}\S{1,500}"),
    _found(r"\b[a-z][a-z0-9+.-]{1,15}://\S{1,500}"),
    _found(r"\b(?:mailto|tel|sms|callto|skype|whatsapp|tg|facetime|sip):\s?[\w+][\w.@:+%-]{1,200}"),
    _found(rf"\bwww\d?{_DOT}\S{{1,500}}"),
    _found(rf"\bwww\d?\s{{1,3}}{_LABEL}\s{{1,3}}(?:{ENDING})\b"),
)

HOST = _found(
    rf"(?<![\w.@-])(?P<name>(?:{_LABEL}{_TIGHT_DOT}){{1,5}})(?P<ending>[^\W\d_]{{2,24}}|xn--[\w-]+)"
    rf"(?![\w@]|-\w){_PATH}"
)
"""A host name, if `extracts` finds its ending to be one."""

SPELT_HOSTS = (
    # muster dot ch, muster punkt ch, muster point com
    _found(rf"\b{_LABEL}(?:\s{{1,3}}(?:dot|punkt)\s{{1,3}})(?:{ENDING})\b{_PATH}"),
    _found(rf"\b{_LABEL}(?:\s{{1,3}}(?:point|punto)\s{{1,3}})(?:{PLAIN})\b{_PATH}"),
    _found(rf"\b{_LABEL}\s{{1,3}}\.\s{{1,3}}(?:{PLAIN})\b{_PATH}"),
    _found(
        rf"\b{_LABEL}\s{{0,3}}[\[({{<]\s?(?:{_DOT_WORD}|\.|,)\s?[\])}}>]\s{{0,3}}[^\W\d_]{{2,24}}\b"
    ),
    # an address of the internet's own; a version is told by its word before it
    _found(
        r"(?<![\d.])(?<!\bv)(?<!version )(?<!release )"
        r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)" + _PATH
    ),
)

_SERVICES = words(
    "skype telegram signal whatsapp whats-app wathsapp instagram insta facebook messenger linkedin "
    "linked-in twitter tiktok snapchat snap discord threema viber wechat slack teams mastodon "
    "pinterest youtube xing bluesky matrix icq kik line"
)
_SERVICE = "|".join(_SERVICES)
HANDLES = (
    _found(r"(?<![\w@])@\s?(?!(?:chf|eur|usd)\b)_?[^\W\d_][\w.]{1,60}(?:@[\w.-]{2,100})?"),
    _found(rf"\b(?:{_SERVICE})\s{{0,2}}[:=]\s{{0,2}}[@\w][\w.:#@+-]{{1,80}}"),
    _found(
        rf"\b(?:{_SERVICE})\s{{1,2}}(?:id|name|user|username|handle|nick|account|konto|compte)"
        r"(?:\s{0,2}[:=]|\s{1,2}(?:is|ist|est|es|è)\b)?\s{1,2}[@\w][\w.:#@+-]{1,80}"
    ),
    _found(rf"\b(?:{_SERVICE})\s{{1,2}}(?=[\w.:-]{{0,40}}[\d_])[^\W\d_][\w.:#-]{{2,80}}"),
    _found(rf"\b(?:{_SERVICE})(?:\.com)?/[\w.@/-]{{1,100}}"),
    _found(r"\b[^\W\d_][\w.]{1,31}#\d{4}\b"),
)

_PHONE_WORD = (
    r"(?:tele?f?|tel|tél|téléphone|telephone|telefon|telefono|teléfono|phone|mobile?|mobil|natel|"
    r"handy|cellulare|cell|móvil|gsm|fax|portable|call|ring|appelez|appeler|anrufen|ruf|rufen|"
    r"llamar|llame|chiamare|chiamate|sms|whatsapp|signal|telegram|threema|viber|imessage|wa)"
)
CALLED = _found(rf"\b{_PHONE_WORD}\b\W{{0,4}}(?:[^\W\d_]{{1,8}}\W{{1,2}}){{0,2}}(?=[+(]?\d)")
"""A word after which figures are a number to call, even a short one."""

_UNIT = r"(?![\w.,']*\s?(?:[gtmk]i?b\b|%|x\b|h\b|user|client|mal\b|chf|eur|€))"
_HOUSE = rf"\d{{1,4}}\s?[a-z]?\b{_UNIT}"
_WORDS = r"(?:\s{1,2}[\w'’.-]{1,40})"
_PROPER = (
    r"(?:\s{1,2}(?-i:(?:d[eiu]s?|dell[ae]|la|les?|del|du|l['’])?\s?"
    r"[A-ZÀ-Ý][\w'’-]{0,40}[a-zß-ÿ]))"
)
_NAME = (
    r"(?:\s{1,2}(?:d[eu]s?|la|les?|della?|del|dei|los|las)){0,2}\s{1,2}[\w'’.-]{1,40}"
    r"(?:\s(?-i:[A-ZÀ-Ý])[\w'’-]{1,40}){0,2}"
)
_FRONT = r"rue|avenue|av\.|boulevard|blvd\.?|bd|chemin|quai|impasse|ruelle|allée|viale|vicolo"
_FRONT += r"|piazza|piazzale|largo|calle|avenida|avda\.?|paseo|carrer|carretera|camino"
_NEEDS_NAME = r"route|rte|place|via|passage|corso|strada|plaza|square|ch\."
_TOWN = (
    r"(?:[,;\s]{1,4}(?:[a-z]{1,3}\s?-\s?)?\d{4,5}(?:\s?[a-z]{2})?\s{1,2}"
    r"[^\W\d_][\w'’.-]{1,40}(?:\s(?-i:[A-ZÀ-Ý])[\w'’.-]{1,40})?)?"
)
PLACES = (
    _found(
        r"\b(?!(?:speicher|arbeits|steck|sitz|stell|fest|weit|lager|werbe|platten)\w{0,10}platz)"
        r"[^\W\d_][\w'’.-]{1,40}(?:strasse|straße|str\.|gasse|gässli|weg|platz|allee|ring|ufer"
        rf"|damm|halde|rain|matte|graben)\s{{0,2}},?\s{{0,2}}{_HOUSE}{_TOWN}"
    ),
    _found(
        r"\b(?-i:[A-ZÀ-Ý])[\w-]{1,30}\s(?:strasse|straße|str\.|gasse|weg|platz|allee)"
        rf"\s{{1,2}}{_HOUSE}{_TOWN}"
    ),
    _found(rf"\b(?:{_FRONT})(?=\W){_WORDS}{{1,5}}?\s{{0,2}},?\s{{0,2}}{_HOUSE}{_TOWN}"),
    _found(rf"\b(?:{_NEEDS_NAME})(?=\W){_PROPER}{{1,3}}\s{{0,2}},?\s{{0,2}}{_HOUSE}{_TOWN}"),
    _found(rf"\b\d{{1,4}}\s?(?:bis|ter|[a-d])?,?\s{{1,2}}(?:{_FRONT})(?=\W){_NAME}{_TOWN}"),
    _found(rf"\b\d{{1,4}}\s?[a-d]?,?\s{{1,2}}(?:{_NEEDS_NAME})(?=\W){_PROPER}{{1,3}}{_TOWN}"),
    _found(
        r"\b\d{1,5}[a-d]?,?\s{1,2}(?:(?-i:[A-Z])[\w'’-]{1,30}\s{1,2}){1,3}"
        r"(?:street|st\.|st|road|rd\.?|lane|ln|avenue|ave\.?|drive|court|terrace|crescent)\b"
        + _TOWN
    ),
    _found(
        r"\b(?:p\.?\s?o\.?\s?box|postfach|case\spostale|casella\spostale|boîte\spostale"
        r"|apartado(?:\sde\scorreos)?)\W{0,3}\d{1,6}" + _TOWN
    ),
    _found(r"\b(?:ch|li|fl|fr?|de?|at?|it?|es?|be|lu)\s?-\s?\d{4,5}\s{1,2}[^\W\d_][\w'’.-]{1,40}"),
)

_LABELS = (
    "contact|contact person|contact name|address|kontakt|kontaktperson|ansprechpartner(?:in)?"
    "|ansprechperson|adresse|anschrift|firma|contatto|indirizzo|contacto|persona de contacto"
    "|dirección|personne de contact|coordonnées|name|nom|nome|nombre|company|entreprise|société"
    "|azienda|empresa|signature|unterschrift"
)
CONTACT_LINES = (
    re.compile(rf"^[\s>*•·-]{{0,6}}(?:{_LABELS})\s{{0,2}}[:=][^\n]{{1,300}}", re.I | re.M),
    _found(
        r"\b(?:my name is|i am called|je m['’]appelle|ich hei(?:ss|ß)e|mein name ist|mi chiamo"
        r"|il mio nome è|me llamo|mi nombre es|mon nom est)(?:\s{1,2}[^\W\d_][\w'’-]{1,40}){1,3}"
    ),
)

NUMBER_WORDS = words(
    # single figures
    "zero oh one two three four five six seven eight nine "
    "zéro zero un une deux trois quatre cinq sept huit neuf "
    "null nul eins ein zwei zwo drei vier fünf fuenf sechs sieben acht neun "
    "uno due tre quattro cinque sei sette otto nove "
    "cero dos tres cuatro cinco seis siete ocho nueve "
    # and pairs of them, as French and others say numbers
    "double triple ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety "
    "dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante "
    "septante huitante octante nonante "
    "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig "
    "dreissig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig "
    "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti "
    "trenta quaranta cinquanta sessanta settanta ottanta novanta "
    "diez once doce trece catorce quince veinte treinta cuarenta cincuenta sesenta setenta ochenta "
    "noventa"
)
_UNITS = "ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun"
_TENS = "zwanzig|drei(?:ss|ß)ig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig"
_NUMBER = (
    rf"(?:(?:{_UNITS})und(?:{_TENS})|{'|'.join(sorted(set(NUMBER_WORDS), key=len, reverse=True))})"
)
SPELT_NUMBERS = _found(
    rf"\b{_NUMBER}\b(?:[\s,.;/-]{{1,3}}(?:(?:et|und|and|e|y)\s)?(?:{_NUMBER}\b|\d{{1,4}}\b)){{5,}}"
)
"""Six or more numbers in a row, in words: a number to call."""
