"""Tables over HTTP: for the explorer in a page (JSON), for nginx, and two pages to begin with."""
from __future__ import annotations

from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .access import may_see, may_upload, visible_tables
from .api import api
from .conf import conf
from .csp import explorer_policy
from .models import Table
from .offer import address, offer, signed_user
from .paths import File
from .refused import Refused


def table_for(request: HttpRequest, name: str) -> Table:
    """Whether there is a table that somebody may not see is not said."""
    table = Table.objects.filter(name=name).first()
    if table is None or not may_see(request.user, table):
        raise Refused(404, 'no_table', f'there is no table {name}, or it is not for you')
    return table


def file_of(table: Table, path: str) -> File:
    found = next((file for file in table.files() if file.path == path), None)
    if found is None:
        raise Refused(404, 'no_file', f'{table.name} has no such file')
    return found


@require_GET
@api
def tables(request: HttpRequest) -> HttpResponse:
    shown = [{'name': table.name, 'title': str(table), 'description': table.description,
              'url': reverse('sonde_explorer:table', args=[table.name])} for table in visible_tables(request.user)]
    return JsonResponse({'tables': shown})


@require_GET
@api
def table(request: HttpRequest, name: str) -> HttpResponse:
    found = table_for(request, name)
    if not found.files():
        raise Refused(404, 'no_file', f'the files of {name} are not there')
    return JsonResponse(offer(found, request.user))


@require_GET
@api
def sign(request: HttpRequest, name: str) -> HttpResponse:
    """A new address in place of one that has expired: of a file, or of SQL."""
    found = table_for(request, name)
    file = file_of(found, request.GET['file']) if 'file' in request.GET else None
    return JsonResponse({'url': address(found, request.user, file)['url']})


@require_GET
@api
def file(request: HttpRequest, name: str, path: str) -> HttpResponse:
    """Bytes without a signature: nginx takes them from the server's unix socket once this view has allowed it."""
    found = file_of(table_for(request, name), path)
    response = HttpResponse()
    del response['Content-Type']  # the server knows it, and nginx would prefer this one
    response['X-Accel-Redirect'] = conf().accel + quote(found.path)
    response['X-Sonde-User'] = signed_user(request.user)
    return response


# --- pages ------------------------------------------------------------------------------------------------------


@explorer_policy
@never_cache
@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    shown = {'tables': visible_tables(request.user), 'may_upload': may_upload(request.user)}
    return render(request, 'sonde_explorer/index.html', shown)


@explorer_policy
@never_cache
@login_required
@require_GET
def explore(request: HttpRequest, name: str) -> HttpResponse:
    try:
        return render(request, 'sonde_explorer/explore.html', {'table': table_for(request, name)})
    except Refused as refusal:
        return render(request, 'sonde_explorer/explore.html', status=refusal.status)
