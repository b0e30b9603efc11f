import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import import_modules
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
os.environ["SKIP_CHECKS"] = "1"  # celery asks them and does not listen; we do
TRANSPORT_ALIASES["filesystem"] = "smarketing.server.folder_broker:FolderTransport"
app = Celery("smarketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["leads", "reports", "smarketing.accounts", "smarketing.exports"])


@import_modules.connect
def before_worker_and_beat(**kwargs: Any) -> None:
    """Celery sets Django up when it sends this; nothing of ours can be imported before."""
    import_module("smarketing.checks").refuse_faults()
    app.steps["worker"].add(import_module("smarketing.signs").SignOfLife)
