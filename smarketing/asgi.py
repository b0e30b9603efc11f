import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
application = get_asgi_application()

from smarketing.checks import refuse_faults  # noqa: E402, Django is set up before

refuse_faults()
