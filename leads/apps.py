from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from leads.finding import index


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        pre_migrate.connect(index.prepare, sender=self)
        post_migrate.connect(index.complete, sender=self)
