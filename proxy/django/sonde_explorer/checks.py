"""What `manage.py check` says about the settings."""
from __future__ import annotations

import stat
from typing import Any, List
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, resolve

from .conf import Conf, conf

#: The server refuses signatures that are good for longer.
LONGEST_EXPIRY = 3600


@register()
def check_settings(app_configs: Any, **kwargs: Any) -> List[CheckMessage]:
    try:
        given = conf()
        given.function('may_see'), given.function('may_upload')
    except (ImproperlyConfigured, ImportError, TypeError) as error:
        return [Error(f'SONDE: {error}', id='sonde_explorer.E001')]
    return [*check_expiry(given), *check_files(given), *check_login()]


def check_expiry(given: Conf) -> List[CheckMessage]:
    if 0 < given.expiry <= LONGEST_EXPIRY:
        return []
    return [Error(f'SONDE["EXPIRY"] is {given.expiry} s: 1 to {LONGEST_EXPIRY} can be', id='sonde_explorer.E002')]


def check_files(given: Conf) -> List[CheckMessage]:
    if not given.root.is_dir():
        return [Error(f'SONDE["ROOT"]: there is no folder {given.root}', id='sonde_explorer.E003')]
    if not given.keys.exists():
        return [Warning(f'{given.keys} does not exist yet', hint='manage.py sonde_sync makes it', id='sonde_explorer.W001')]
    if given.keys.stat().st_mode & stat.S_IRWXO:
        return [Error(f'everybody may read {given.keys}', hint=f'chmod 640 {given.keys}', id='sonde_explorer.E004')]
    if given.keys.is_relative_to(given.root):
        return [Error('the key ring lies beneath the root', id='sonde_explorer.E005')]
    return []


def check_login() -> List[CheckMessage]:
    """A new project has no page where users sign in; its readers would meet a 404."""
    try:
        page = urlsplit(resolve_url(settings.LOGIN_URL))
        if not page.netloc:
            resolve(page.path)
    except (NoReverseMatch, Resolver404):
        return [Warning(f'nobody can sign in: LOGIN_URL is {settings.LOGIN_URL}, and there is no such page', id='sonde_explorer.W002', hint=(
            "set LOGIN_URL ('admin:login' will do for staff), or add path('accounts/', include('django.contrib.auth.urls')) and a template"))]
    return []
