from django.apps import AppConfig


class SondeExplorerConfig(AppConfig):
    name = 'sonde_explorer'
    verbose_name = 'Tables'
    default_auto_field = 'django.db.models.BigAutoField'

    def ready(self) -> None:
        from . import catalog, checks, uploads  # noqa: F401  they register checks and signals
