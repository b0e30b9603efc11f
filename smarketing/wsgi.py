import os

from django.core.wsgi import get_wsgi_application

from smarketing.server.sound import with_sound_head

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
application = with_sound_head(get_wsgi_application())

from smarketing.checks import refuse_faults  # noqa: E402, Django is set up before

refuse_faults()
