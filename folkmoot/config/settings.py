"""Every setting, read once: from the environment, or from the TOML file that FOLKMOOT_CONFIG names, or a default."""

import os
import secrets
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent.parent

_file = os.environ.get("FOLKMOOT_CONFIG", "")
_from_file = tomllib.loads(Path(_file).read_text()) if _file else {}


def knob(name: str, default: str = "") -> str:
    """Return a setting: FOLKMOOT_NAME of the environment, or `name` of the file."""
    return os.environ.get(f"FOLKMOOT_{name}") or str(_from_file.get(name.lower(), default))


def _host_port(name: str, default: str) -> tuple[str, int]:
    host, _, port = knob(name, default).rpartition(":")
    if not port.isdigit() or not 0 <= int(port) < 65536:
        raise ImproperlyConfigured(f"FOLKMOOT_{name} must look like {default}, not {knob(name)!r}.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _kept_secret(folder: Path) -> str:
    """Return the installation's secret, made at the first start and readable by its owner only."""
    path = folder / "secret"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


def _database(address: str, home: Path) -> dict[str, object]:
    """Read a database address: postgres://user:password@host:port/name, or none for SQLite in the data folder."""
    if not address:
        return {
            "ENGINE": "folkmoot.store.sqlite",
            "NAME": str(home / "folkmoot.sqlite3"),
            "CONN_MAX_AGE": None,  # opening it anew for each request costs as much as the queries
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("FOLKMOOT_DATABASE_URL must look like postgres://user:password@host:5432/name.")
    return {
        "ENGINE": "folkmoot.store.postgres",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "")
        if "%2F" not in parts.netloc.upper()
        else unquote(parts.netloc.rpartition("@")[2].partition(":")[0]),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # What is asked again and again is planned once: planning who may see what took longer than finding it.
            "server_side_binding": True,
            "prepare_threshold": 3,
            # Few rows by an index beat a whole table in memory and on SSDs, which the server's own setting, made for
            # turning disks, does not know. Compiling a query takes longer than any of ours.
            "options": "-c random_page_cost=1.1 -c jit=off",
        },
    }


# Where things are
HOME = Path(knob("HOME", str(ROOT / "var"))).resolve()
HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
FILES = HOME / "files"
_in_a_wheel = ROOT / "folkmoot" / "docs"
DOCS = _in_a_wheel if _in_a_wheel.is_dir() else ROOT / "docs"  # guides and their pictures, shown at /help
OUTGOING = HOME / "outgoing"  # a Maildir: letters that would have gone out, while no SMTP server is configured
WEB = _host_port("WEB", "127.0.0.1:8000")
LMTP = _host_port("LMTP", "127.0.0.1:8024")
HOST = knob("HOST", "localhost")
# The address that people open. Behind a proxy it is https://<host>; on a laptop the port belongs to it.
SITE = knob("SITE", f"http://localhost:{WEB[1]}" if HOST == "localhost" else f"https://{HOST}").rstrip("/")
DATABASE_URL = knob("DATABASE_URL")
SMTP_URL = knob("SMTP_URL")
AUTHSERV_ID = knob("AUTHSERV_ID")  # the mail server whose Authentication-Results we believe
WEB_PROCESSES = int(knob("WEB_PROCESSES", str(min(os.cpu_count() or 1, 4))))
WEB_THREADS = 2  # per process; more were measured slower
LARGEST_LETTER = int(knob("LARGEST_LETTER", str(30 * 1024 * 1024)))  # bytes
HELD_A_DAY = int(knob("HELD_A_DAY", "200"))  # letters of unknown senders held per group and day

# Django
SECRET_KEY = knob("SECRET") or _kept_secret(HOME)
DEBUG = knob("DEBUG") == "1"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", HOST, urlsplit(SITE).hostname or HOST]
CSRF_TRUSTED_ORIGINS = [SITE]
ROOT_URLCONF = "folkmoot.config.urls"
AUTH_USER_MODEL = "accounts.Person"
DATABASES = {"default": _database(DATABASE_URL, HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "folkmoot.outbox",
    "folkmoot.web",
    "folkmoot.accounts",
    "folkmoot.groups",
    "folkmoot.conversations",
    "folkmoot.meetings",
    "folkmoot.lobby",
    "folkmoot.doors.calendars",
    "folkmoot.doors.feeds",
    "folkmoot.doors.mail",
    "allauth",  # after ours, so that our templates come first
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",  # for its scripts only
]
MIDDLEWARE = [
    "folkmoot.web.middleware.security_headers",
    "folkmoot.web.middleware.compressed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "folkmoot.accounts.middleware.own_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "folkmoot.web.middleware.refusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "folkmoot.accounts.context.installation",
                "folkmoot.doors.mail.context.held",
                "folkmoot.groups.context.todo_count",
                "folkmoot.groups.context.inspection",
                "folkmoot.groups.context.seen_as",
            ],
        },
    }
]
APPEND_SLASH = False
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]  # TLS is the proxy's; SITE says whether there is one
USE_TZ = True
TIME_ZONE = knob("TIME_ZONE", "UTC")
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [ROOT / "folkmoot" / "locale"]
FORMAT_MODULE_PATH = ["folkmoot.config.formats"]

# Sessions and cookies
SESSION_ENGINE = "folkmoot.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE.startswith("https://")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "folkmoot.web.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# Files that come with the product
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Sign-in (django-allauth): a code by mail, a password, a passkey; a second step for those who want one
AUTHENTICATION_BACKENDS = ["folkmoot.accounts.backends.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "handle"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "folkmoot.doors.mail.accounts.Adapter"
ACCOUNT_FORMS = {
    "login": "folkmoot.accounts.entrance.SignInForm",
    "request_login_code": "folkmoot.accounts.entrance.CodeForm",
    "signup": "folkmoot.accounts.entrance.SignUpForm",
    "set_password": "folkmoot.accounts.entrance.NewPasswordForm",
    "change_password": "folkmoot.accounts.entrance.OtherPasswordForm",
    "reset_password_from_key": "folkmoot.accounts.entrance.ForgottenPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "folkmoot.accounts.forms.SignupForm"
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "homepage"  # people don't see it; programs fill it in
ACCOUNT_RATE_LIMITS = {"signup": "20/m/ip,60/h/ip,200/d/ip"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED = False
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other devices are signed out all the same: their session's hash is old
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "folkmoot.accounts.models.display_name"
MFA_ADAPTER = "folkmoot.accounts.entrance.SecondStep"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = HOST
MFA_TOTP_TOLERANCE = 1  # codes of half a minute before and after: phones' clocks are not always right
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE.startswith("http://")  # browsers themselves allow that on localhost only
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}  # rate limits, puzzles that were used

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"level": "ERROR"}},  # its warnings name addresses, and some hold a token
    "root": {"handlers": ["console"], "level": knob("LOG_LEVEL", "WARNING")},
}

# What roles can allow, as each app lists it.
PERMISSIONS = [
    "folkmoot.groups.rules.PERMISSIONS",
    "folkmoot.conversations.rules.PERMISSIONS",
    "folkmoot.meetings.rules.PERMISSIONS",
]

# What waits for those who run a group, as each app lists it; and who else takes letters at `group+word@`.
WAITING = ["folkmoot.groups.waiting.KINDS", "folkmoot.doors.mail.waiting.KINDS", "folkmoot.meetings.waiting.KINDS"]
ADDRESSES_TAKEN = ["folkmoot.conversations.queries.takes_address", "folkmoot.doors.mail.addresses.takes_address"]
# Who was last heard of when, and the words of the history.
SIGNS_OF_LIFE = ["folkmoot.groups.queries.last_heard_of", "folkmoot.conversations.queries.last_spoke"]
HISTORY = ["folkmoot.groups.telling", "folkmoot.conversations.telling", "folkmoot.meetings.telling"]
