"""What `manage.py check` says about the settings."""
from __future__ import annotations

import stat
from typing import Any, List

from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from .conf import Conf, conf

#: The server refuses signatures that are good for longer.
LONGEST_EXPIRY = 3600


@register()
def check_settings(app_configs: Any, **kwargs: Any) -> List[CheckMessage]:
    try:
        settings = conf()
        settings.function('may_see'), settings.function('may_upload')
    except (ImproperlyConfigured, ImportError, TypeError) as error:
        return [Error(f'SONDE: {error}', id='sonde_explorer.E001')]
    return [*check_expiry(settings), *check_files(settings)]


def check_expiry(settings: Conf) -> List[CheckMessage]:
    if 0 < settings.expiry <= LONGEST_EXPIRY:
        return []
    return [Error(f'SONDE["EXPIRY"] is {settings.expiry} s: 1 to {LONGEST_EXPIRY} can be', id='sonde_explorer.E002')]


def check_files(settings: Conf) -> List[CheckMessage]:
    if not settings.root.is_dir():
        return [Error(f'SONDE["ROOT"]: there is no folder {settings.root}', id='sonde_explorer.E003')]
    if not settings.keys.exists():
        return [Warning(f'{settings.keys} does not exist yet', hint='manage.py sonde_sync makes it', id='sonde_explorer.W001')]
    if settings.keys.stat().st_mode & stat.S_IRWXO:
        return [Error(f'everybody may read {settings.keys}', hint=f'chmod 640 {settings.keys}', id='sonde_explorer.E004')]
    if settings.keys.is_relative_to(settings.root):
        return [Error('the key ring lies beneath the root', id='sonde_explorer.E005')]
    return []
