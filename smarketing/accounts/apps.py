from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "smarketing.accounts"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        import_module("smarketing.accounts.middleware")  # listens to who signs in
