"""One file, configured by the environment. Without any: SQLite and a file-based broker in `var/`."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from smarketing.server.capacity import POOL, TASKS, number
from smarketing.server.environment import Environment, Fault
from smarketing.server.logs import refusal_in_a_line, without_keys
from smarketing.server.private import OTHERS, close_to_others

BASE_DIR = Path(__file__).resolve().parent.parent
environment = Environment(os.environ)
flag, words = environment.flag, environment.words
FAULTS = environment.faults  # smarketing.checks says them
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")
os.umask(OTHERS)  # database, uploads, exports and archives hold personal data
DEMO_SECRET = "smarketing-demonstration-only-never-outside-of-it-0123456789"


def kept_secret() -> str:
    """A secret made at the first start and kept beside the database, so that nobody runs on a known one."""
    path = VAR_DIR / "secret_key"
    try:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    except OSError as error:
        FAULTS.append(Fault(f"VAR_DIR cannot be written to: {error}.", "Name a folder of the portal's own in VAR_DIR."))
        return secrets.token_urlsafe(64)
    return path.read_text()


def database(url: str) -> dict[str, Any]:
    if urlsplit(url).scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ValueError("it does not begin with postgresql:// or sqlite://")
    return dict(dj_database_url.parse(url))


def broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "amqp", "amqps", "filesystem"}:
        raise ValueError("it does not begin with redis:// or amqp://")
    if not parts.hostname or parts.port == 0:  # `port` raises where it is no number
        raise ValueError("it names no host and port")
    return url


DEMO = flag("DEMO")
DEBUG = flag("DEBUG")
SEVERAL_MACHINES = flag("SEVERAL_MACHINES")
SECRET_KEY = os.environ.get("SECRET_KEY") or (DEMO_SECRET if DEMO else kept_secret())
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEMO or DEBUG else "")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
HTTPS = flag("HTTPS", default=not (DEMO or DEBUG))

INSTALLED_APPS = [
    "smarketing",
    "smarketing.accounts",
    "smarketing.exports",
    "agreements",
    "leads",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "django_migration_linter",
    "heroicons",
    "rest_framework",
    "template_partials.apps.SimpleAppConfig",
]
if not flag("LINT_MIGRATIONS"):
    INSTALLED_APPS.remove("django_migration_linter")

MIDDLEWARE = [
    "smarketing.server.deep_calls.DeepCallsMiddleware",
    "smarketing.server.keeping.NotKeptMiddleware",
    "smarketing.roof.health.HealthMiddleware",
    "leads.doors.api.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, so that lengths tell nothing of a token (BREACH)
    "csp.middleware.CSPMiddleware",
    "smarketing.server.sound.SoundRequestMiddleware",  # before the session, which would look a cookie up
    "smarketing.server.places.PlacesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "smarketing.accounts.middleware.SessionEndMiddleware",
    "smarketing.accounts.middleware.LanguageMiddleware",
    "smarketing.accounts.middleware.PortalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "smarketing.accounts.sent_forms.SentFormMiddleware",
]

ROOT_URLCONF = "smarketing.urls"
WSGI_APPLICATION = "smarketing.wsgi.application"
ASGI_APPLICATION = "smarketing.asgi.application"

template_loaders = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "smarketing.roof.navigation.navigation",
                "smarketing.roof.demonstration.demonstration",
            ],
            "builtins": ["template_partials.templatetags.partials"],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    template_loaders if DEBUG else [("django.template.loaders.cached.Loader", template_loaders)],
                )
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {
    "default": environment.read(
        "DATABASE_URL",
        f"sqlite:///{VAR_DIR / 'smarketing.sqlite3'}",
        database,
        "As postgresql://user:password@host:5432/name, signs like @ and # in the password written %40 and %23.",
    )
}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    # Django's default fails concurrent writes as "locked"; WAL alone makes it worse.
    DATABASES["default"]["ENGINE"] = "smarketing.server.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
    }
    # A database in memory locks whole tables among threads; the tests are to see what a file does.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # Each connection is asked whether it lives before it is used: the server may have been restarted. Who waits for one
    # is told soon; while the server is away the pool goes on trying, never longer than a request waits.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        pool={"min_size": 1, "max_size": POOL, "timeout": 5, "reconnect_timeout": 2}, connect_timeout=3
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},  # at Django's 300 a crowd of guessed names pushes out what was counted
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "smarketing.roof.passwords.CompanyWordsValidator"},
]
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "smarketing.roof.views.sent_too_late"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "smarketing.accounts.adapter.InvitedOnly"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, at the latest with its hours
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # whoever reads the letter gets in, however often others guess meanwhile
# Five of a burst are examined: from one address; against one account from anywhere; in a browser that is known.
ACCOUNT_RATE_LIMITS = {
    "login": None,  # it would count the right passwords of everybody behind one address
    "login_failed": "5/m/ip,5/5m/key",
    "known_browser": "5/m/key",
    "reset_password": "5/m/ip,3/10m/key",
    "reset_password_from_key": "5/m/ip",
}
AGREEMENT_TEMPLATES = os.environ.get("AGREEMENT_TEMPLATES", "")  # a folder with an organisation's own
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "smarketing@localhost")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("da", "Dansk")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "smarketing.formats"  # how each language writes a time of day, where we differ from Django

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "smarketing.assets.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": ("django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "smarketing.assets.Storage")
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
MEDIA_ROOT = VAR_DIR / "uploads"
BACKUP_DIR = VAR_DIR / "backups"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # ticking every lead of a long list

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_PROXY, TRUSTED_PROXIES = flag("BEHIND_PROXY"), words("TRUSTED_PROXIES")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_NAME = "smarketing_session"
SESSION_HOURS, SESSION_IDLE_HOURS = environment.hours("SESSION_HOURS", 12), environment.hours("SESSION_IDLE_HOURS", 3)
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],  # plotly writes style elements
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = environment.read(
    "BROKER_URL", "filesystem://localhost", broker, "As redis://host:6379/0 or amqp://user:password@host:5672//."
)
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
if IS_SQLITE:
    with suppress(OSError):  # the check says so
        VAR_DIR.mkdir(parents=True, exist_ok=True)
close_to_others(
    VAR_DIR,
    (MEDIA_ROOT, BACKUP_DIR, BROKER_DIR),
    str(DATABASES["default"]["NAME"]) if IS_SQLITE else "",
)
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that was away for an hour is a broker all the same
CELERY_TASK_PUBLISH_RETRY = False  # the row is the truth, the sweep finds it; a page never waits for a dead broker
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # without it a killed child loses the task
CELERY_WORKER_CONCURRENCY = TASKS
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "smarketing.beat:OneTick"
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds - 1}}
    for name, task, seconds in (
        ("sweep", "leads.tasks.sweep", 60.0),
        ("exports", "exports.sweep", 60.0),
        ("invitations", "accounts.mail", 60.0),
        ("imports", "leads.tasks.take_up_imports", 15.0),
        ("news", "leads.tasks.tell_news", 10.0),
        ("targets", "leads.tasks.propose_targets", 3600.0),
        ("friction", "agreements.tasks.open_friction_reports", 3600.0),
        ("months", "reports.tasks.judge_months", 3600.0),
    )
}
IMPORT_LEASE_SECONDS = number("IMPORT_LEASE_SECONDS", 30)  # without a sign for so long a worker is taken for dead
IMPORT_LONGEST_CHUNK_SECONDS = number("IMPORT_LONGEST_CHUNK_SECONDS", 600)
IMPORT_SILENCE_SECONDS = number("IMPORT_SILENCE_SECONDS", 60)  # of a whole process, before it is ended
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "leads.doors.api.openapi.OwnSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "leads.doors.api.problems.handled",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {"TITLE": "Smarketing", "VERSION": "1", "OAS_VERSION": "3.1.0", "SERVE_INCLUDE_SCHEMA": False}
WEB_HOOK_HOSTS = environment.words("WEB_HOOK_HOSTS")  # may be called though they are private, also without HTTPS
API_CALLS_PER_MINUTE = number("API_CALLS_PER_MINUTE", 6000)  # of one token, in each web process
SILENCED_SYSTEM_CHECKS: list[str] = []

LOG_LEVEL = environment.one_of("LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {
        "refusals": {"()": "django.utils.log.CallbackFilter", "callback": refusal_in_a_line},
        "keys": {"()": "django.utils.log.CallbackFilter", "callback": without_keys},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["keys"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"filters": ["refusals"]},
        **{name: {"level": "INFO"} for name in ("smarketing", "agreements", "leads", "reports")},
    },
}
LANGUAGE_NAMES = {"en": _("English"), "de": _("German"), "da": _("Danish")}
