from django.apps import AppConfig
from django.urls import register_converter


class ImportsConfig(AppConfig):
    name = "imports"

    def ready(self) -> None:
        """Every room's addresses may end in the format of an export."""
        from imports.exporting import FormatConverter  # noqa: PLC0415 - its models must be loaded

        register_converter(FormatConverter, "format")
