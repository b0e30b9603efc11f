from importlib import import_module

from django.apps import AppConfig


class SmarketingConfig(AppConfig):
    name = "smarketing"

    def ready(self) -> None:
        import_module("smarketing.checks")
