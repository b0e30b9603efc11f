import os

from django.core.wsgi import get_wsgi_application

from smarketing.lib.sound import with_sound_head

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
application = with_sound_head(get_wsgi_application())
