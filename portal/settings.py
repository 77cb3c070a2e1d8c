"""Settings of the portal, read from the environment (see `docs/operations.md`)."""

from pathlib import Path

from django.templatetags.static import static
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from portal import environment as env
from portal import logs

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.boolean("DEBUG", default=False)
DEMO = env.boolean("DEMO", default=False)
DATA_DIR = env.data_dir(BASE_DIR)
SECRET_KEY = env.secret_key(DATA_DIR)
# Keys from before: what they signed and encrypted is still read (docs/operations.md).
SECRET_KEY_FALLBACKS = env.former_secret_keys()
BASE_URL = env.url("BASE_URL", default="http://localhost:8000")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", base_url=BASE_URL)

INSTALLED_APPS = [
    "portal",
    "tenders",
    "billing",
    "clients",
    "partners",
    "access",
    "unfold",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "guardian",
    "import_export",
    "pgtrigger",
    "django_countries",
]

MIDDLEWARE = [
    "portal.observing.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "portal.staff_csp.StaffPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "access.web.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.middleware.MethodPageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "access.web.middleware.SessionActivityMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.layout",
            ],
        },
    },
]
FORM_RENDERER = "portal.forms.FormRenderer"

DATABASES = {"default": env.database(DATA_DIR)}
CACHES = env.caches()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_LOGOUT_REDIRECT_URL = "landing"
ACCOUNT_ADAPTER = "access.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "add_email": "access.forms.AddEmailForm",
    "login": "access.forms.LoginForm",
    "reset_password": "access.forms.ResetPasswordForm",
    "signup": "access.forms.SignupForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = BASE_URL.partition(":")[0]

MFA_ADAPTER = "access.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "access.forms.profile.AddPasskeyForm",
    "authenticate_webauthn": "access.forms.profile.AuthenticatePasskeyForm",
    "login_webauthn": "access.forms.profile.LoginPasskeyForm",
    "reauthenticate_webauthn": "access.forms.profile.ReauthenticatePasskeyForm",
}
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute wrong
# Nobody signs in here without a confirmed address, so a second one that waits for its confirmation
# is no reason to refuse a second factor, nor a second factor a reason to refuse an address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
USERSESSIONS_TRACK_ACTIVITY = True
# Who must have a second factor, beside the people of an organisation that asks for one.
PARTNERS_NEED_SECOND_FACTOR = env.boolean(
    "PARTNERS_NEED_SECOND_FACTOR", default=env.is_production()
)
STAFF_NEED_SECOND_FACTOR = env.boolean("STAFF_NEED_SECOND_FACTOR", default=env.is_production())

GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None
# guardian.W001 asks for its backend, whose has_perm would be a second way to decide; access.grants
# is the only one.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("de", _("German")),
    ("it", _("Italian")),
    ("es", _("Spanish")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TIME_ZONE", default="Europe/Zurich")
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=DATA_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "portal.storage.WholeFileStorage"},
    "staticfiles": {"BACKEND": env.static_storage()},
}
# In development files are served from where they lie, without `collectstatic`.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

VENDOR_NAME = env.text("VENDOR_NAME", default="Example Cloud")
VENDOR_COUNTRY = env.text("VENDOR_COUNTRY", default="CH")
VENDOR_ADDRESS = env.text("VENDOR_ADDRESS", default="")
VENDOR_COLOUR = env.text("VENDOR_COLOUR", default="#1f5fbf")
VENDOR_SUPPORT_EMAIL = env.text("VENDOR_SUPPORT_EMAIL", default="support@portal.example")

MAILERS = env.mailers()
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default=VENDOR_SUPPORT_EMAIL)

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = env.broker(DATA_DIR / "broker")
CELERY_BROKER_CONNECTION_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for a broker that is away as long as it takes; meanwhile portal.clock works.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A request does not wait for a broker that is away: the schedule finds the work a moment later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

# What operators read (docs/monitoring.md): logs; /metrics, for who shows the token; /readyz, and
# after how many minutes unsent mail turns it red.
LOGGING = logs.configuration(style=env.log_format(), level=env.log_level())
METRICS_TOKEN = env.token("METRICS_TOKEN")
MAIL_STUCK_MINUTES = env.integer("MAIL_STUCK_MINUTES", default=15, least=1)

# A client with some thousand products ticks them in one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# How long an unanswered request or invitation stays open (L8), and how many may leave.
INVITATION_DAYS = env.integer("INVITATION_DAYS", default=30)
INVITATION_REMINDER_DAYS = env.integer("INVITATION_REMINDER_DAYS", default=7)
INVITATIONS_A_DAY = env.integer("INVITATIONS_A_DAY", default=20)
INVITATIONS_A_DAY_AND_ADDRESS = env.integer("INVITATIONS_A_DAY_AND_ADDRESS", default=3)

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE_SSL
# Asked by machines inside, without the proxy.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz(/web)?$", "^metrics$"]
SECURE_HSTS_SECONDS = 63_072_000 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL
SECURE_HSTS_PRELOAD = SECURE_SSL
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", default=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

UNFOLD = {
    "SITE_TITLE": VENDOR_NAME,
    "SITE_HEADER": VENDOR_NAME,
    "SITE_SUBHEADER": _("Staff"),
    "SITE_URL": "/",
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "portal.desk.on_desk",
    "COLORS": {},
    "STYLES": [lambda request: static("portal/staff.css")],
}

# Documents: who issues them, and what a rendering may take. Outside production an example account
# of the QR-bill's standard stands in; a production server prints no account that nobody gave.
_EXAMPLE = not env.is_production()
VENDOR_STREET = env.text("VENDOR_STREET", default="Rue de l’Exemple 1" if _EXAMPLE else "")
VENDOR_POSTCODE = env.text("VENDOR_POSTCODE", default="1204" if _EXAMPLE else "")
VENDOR_CITY = env.text("VENDOR_CITY", default="Genève" if _EXAMPLE else "")
VENDOR_VAT_NUMBER = env.text(
    "VENDOR_VAT_NUMBER", default="CHE-123.456.788 MWST" if _EXAMPLE else ""
)
VENDOR_REGISTRATION_NUMBER = env.text(
    "VENDOR_REGISTRATION_NUMBER", default="CHE-123.456.788" if _EXAMPLE else ""
)
VENDOR_IBAN = env.iban("VENDOR_IBAN", default="CH4431999123000889012" if _EXAMPLE else "")
env.payee(VENDOR_IBAN, VENDOR_POSTCODE=VENDOR_POSTCODE, VENDOR_CITY=VENDOR_CITY)
VENDOR_LOGO = env.text("VENDOR_LOGO", default="")  # path of a PNG or JPEG; empty: the name
PDF_SECONDS = env.integer("PDF_SECONDS", default=30, least=1)
PDF_MEMORY_MB = env.integer("PDF_MEMORY_MB", default=768, least=384)

# Invoices (M8, M9): days until they are payable, days after that of each reminder, and days after
# that until the products of an invoice that is still open are suspended.
INVOICE_DUE_DAYS = env.integer("INVOICE_DUE_DAYS", default=30, least=1)
REMINDER_DAYS = tuple(
    env.integer(f"REMINDER_{number}_DAYS", default=days, least=1)
    for number, days in ((1, 1), (2, 10), (3, 20))
)
# How many renew at once in one nightly run (M5); each has a connection to the database.
RENEWAL_WORKERS = env.integer("RENEWAL_WORKERS", default=2, least=1)
SUSPENSION_DAYS = env.integer("SUSPENSION_DAYS", default=30, least=1)

# Orders: how long one waits for the partner that would pay it, and the vendor's own systems (C3).
ORDER_APPROVAL_DAYS = env.integer("ORDER_APPROVAL_DAYS", default=14, least=1)
ORDER_REMINDER_DAYS = env.integer("ORDER_REMINDER_DAYS", default=3, least=1)
ORDER_MOST_UNITS = env.integer("ORDER_MOST_UNITS", default=10_000, least=1)
PROVISIONER = env.text("PROVISIONER", default="billing.provisioning.Provisioner")

# Other IBANs under which the bank reports the vendor's account, with spaces between them: the
# files of an account with a QR-IBAN name its ordinary one.
VENDOR_ACCOUNTS = env.text("VENDOR_ACCOUNTS", default="").split()

# The prepaid account: up to which amount one of the staff alone may correct it (T19), and what the
# products under a partner's management must come to in a year, excluding VAT (P2).
CORRECTION_SECOND_PERSON = env.amount("CORRECTION_SECOND_PERSON", default="100.00")
MINIMUM_TURNOVER = {
    "CHF": env.amount("MINIMUM_TURNOVER_CHF", default="2000.00"),
    "EUR": env.amount("MINIMUM_TURNOVER_EUR", default="1800.00"),
}

# Tenders (T5, T6, T23): days until one expires, hours until an unconfirmed one does, how many one
# address of origin may submit in an hour and one e-mail address in a day, the fewest seconds in
# which a person fills the form, and the days after the end after which contact details go.
TENDER_DAYS = env.integer("TENDER_DAYS", default=30, least=1)
TENDER_CONFIRM_HOURS = env.integer("TENDER_CONFIRM_HOURS", default=72, least=1)
TENDERS_AN_HOUR = env.integer("TENDERS_AN_HOUR", default=3, least=1)
TENDERS_A_DAY = env.integer("TENDERS_A_DAY", default=3, least=1)
TENDER_LEAST_SECONDS = env.integer("TENDER_LEAST_SECONDS", default=4, least=0)
TENDER_CONTACT_DAYS = env.integer("TENDER_CONTACT_DAYS", default=90, least=1)

# How many messages the directory's contact form carries: for one address of origin in an hour, and
# to one partner in a day.
CONTACTS_AN_HOUR = env.integer("CONTACTS_AN_HOUR", default=5, least=1)
CONTACTS_A_DAY = env.integer("CONTACTS_A_DAY", default=30, least=1)
