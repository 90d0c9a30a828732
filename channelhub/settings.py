"""Settings of ChannelHub, all from the environment.

Production is the default; `CHANNELHUB_LOCAL=1`, which only make sets, is a laptop.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
import pgtrigger
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from channelhub.lib import env

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = env.flag("CHANNELHUB_LOCAL", default=False)
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".local")))
LOCAL_SECRET = "local-only-" + "x" * 50
# For tools that read the settings and connect to nothing; manage.py brings the servers.
NO_DATABASE, NO_REDIS = "postgresql://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0"

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", LOCAL_SECRET if LOCAL else None)
if not LOCAL and (DEBUG or SECRET_KEY == LOCAL_SECRET or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "Production needs DEBUG off and a SECRET_KEY of its own of at least 50 characters."
    )
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.text(
    "SITE_URL", f"http://127.0.0.1:{env.integer('PORT', default=8000)}" if LOCAL else None
)

INSTALLED_APPS = [
    "channelhub",
    "accounts",
    "imports",
    "partners",
    "customers",
    "sales",
    "deals",
    "satisfaction",
    "alerts",
    "reviews",
    "accounts.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "knox",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.OrganisationMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "partners.viewing.ViewAsPartnerMiddleware",
    "partners.wall.SecondWallMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.PermissionTableMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "channelhub.urls"
WSGI_APPLICATION = "channelhub.wsgi.application"
FORM_RENDERER = "channelhub.lib.forms.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"ui": "channelhub.lib.templatetags.ui"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "channelhub.context.site",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **env.database("DATABASE_URL", default=NO_DATABASE if LOCAL else None),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", NO_REDIS if LOCAL else None)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_TASK_TIME_LIMIT + 600,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULE = {"tick": {"task": "channelhub.tick", "schedule": 300.0}}
# Every range of partners is one pass over the monthly sums and one transaction of its own.
NIGHT_RANGE_SIZE = env.integer("NIGHT_RANGE_SIZE", default=5000)
# A worker renews its lease after every range; a lease not renewed this long is a dead worker's.
WORK_LEASE_SECONDS = env.integer("WORK_LEASE_SECONDS", default=60)

AUTH_USER_MODEL = "accounts.User"
# E-mails are unique by their lower case, kept by a constraint that this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
VALIDATORS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": VALIDATORS + "UserAttributeSimilarityValidator"},
    {"NAME": VALIDATORS + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": VALIDATORS + "CommonPasswordValidator"},
    {"NAME": VALIDATORS + "NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SOCIALACCOUNT_ADAPTER = "accounts.adapter.InvitedSocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
# Rate limits count by address: how many proxies in front append to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# Addresses come from admins, not from whoever signs up.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
if env.text("OIDC_SERVER_URL", "-") != "-":
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "company",
                    "name": env.text("OIDC_NAME", "Company account"),
                    "client_id": env.text("OIDC_CLIENT_ID"),
                    "secret": env.text("OIDC_SECRET"),
                    "settings": {"server_url": env.text("OIDC_SERVER_URL")},
                }
            ]
        }
    }

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "accounts.permissions.TablePermission",
        "partners.wall.BehindTheWall",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "channelhub.lib.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 25,
    "COERCE_DECIMAL_TO_STRING": True,
}
KNOX_TOKEN_MODEL = "knox.AuthToken"  # noqa: S105 - a model, not a password
SPECTACULAR_SETTINGS = {
    "TITLE": "ChannelHub API",
    "DESCRIPTION": "Partners, their alerts and imports. Sign in with a token from your profile.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "LossReasonEnum": "deals.models.LossReason",
        "LineStateEnum": "deals.models.LineState",
        "DirectStateEnum": "deals.models.DirectState",
        "DealStateEnum": "deals.rules.states.State",
        "BreachStateEnum": "deals.models.BreachState",
        "InterviewKindEnum": "reviews.models.InterviewKind",
        "InterviewStateEnum": "reviews.models.InterviewState",
        "RootCauseEnum": "reviews.models.Cause",
        "CauseEnum": "satisfaction.rules.words.Cause",
    },
}

IMPORT_KINDS = [
    "partners.imports.PartnersKind",
    "customers.imports.CustomersKind",
    "partners.import_people.PeopleKind",
    "partners.import_results.OwnResultsKind",
    "partners.import_line_cards.LineCardsKind",
    "sales.imports.products.ProductsKind",
    "sales.imports.rates.RatesKind",
    "sales.imports.lines.SalesKind",
    "deals.direct.imports.DirectOpportunitiesKind",
    "deals.portal.imports.DealsKind",
    "deals.standing.imports.AgreementsKind",
    "satisfaction.imports.answers.SurveyAnswersKind",
    "satisfaction.imports.service.ServiceMetricsKind",
    "deals.standing.import_certifications.CertificationsKind",
    "deals.standing.import_targets.TargetsKind",
]
# What other rooms tell in a partner's history: the model, its noun, the column that names a row.
PARTNER_HISTORY = {
    "sales.Reattribution": ("Sales line", "invoice"),
    "deals.Authorisation": ("Agreement", "agreement"),
    "deals.Certification": ("Certification", "name"),
    "deals.Target": ("Target", "measure"),
}
UPLOAD_DIR = DATA_DIR / "uploads"
# Files of the packets of a whole quarter, until they are fetched or a week old.
PACKET_DIR = DATA_DIR / "packets"
# What reading one file may take: rows, and the memory of the process that reads it.
IMPORT_MAX_ROWS = env.integer("IMPORT_MAX_ROWS", default=5_000_000)
IMPORT_CHILD_BYTES = env.integer("IMPORT_CHILD_MB", default=400) * 1024 * 1024
PARTNER_MAX_DRAFTS = env.integer("PARTNER_MAX_DRAFTS", default=20)
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_MB", default=200) * 1024 * 1024
# Of a file that is attached to a registration, and how many of them one takes.
ATTACHMENT_MAX_BYTES = env.integer("ATTACHMENT_MAX_MB", default=20) * 1024 * 1024
ATTACHMENT_MAX_COUNT = 20

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL

DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "ChannelHub <channelhub@localhost>")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", " ").strip()
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", " ").strip()
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
if LOCAL:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if not LOCAL:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Imports write tracked tables set-wise: one trigger call a statement, not a row.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"channelhub.exports": {"level": "INFO"}},
}
