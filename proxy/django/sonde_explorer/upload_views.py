"""Uploads over HTTP: announce a file, send its pieces, ask how far it is, give it up."""
from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from . import uploads
from .access import may_upload
from .api import api
from .conf import conf
from .models import Upload
from .refused import Refused

#: Of a count of bytes.
NUMBER_DIGITS = 18


def uploader(request: HttpRequest) -> Any:
    if not may_upload(request.user):
        raise Refused(403, 'no_upload', 'you may not upload files')
    return request.user


@require_POST
@api
def begin_upload(request: HttpRequest) -> HttpResponse:
    """{"name": "trips.csv", "bytes": 123} → where its pieces go."""
    user = uploader(request)
    name, size = announced(request)
    upload = uploads.begin(user, name, size)
    where = reverse('sonde_explorer:upload', args=[upload.id])
    response = JsonResponse({'url': where, 'offset': 0, 'piece': conf().chunk_bytes}, status=201)
    response['Location'] = where
    return response


def announced(request: HttpRequest) -> tuple[str, int]:
    try:
        given = json.loads(request.body)
        name, size = given['name'], given['bytes']
    except (ValueError, KeyError, TypeError, RecursionError):
        name = size = None
    if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool):
        raise Refused(400, 'malformed', 'JSON is needed such as {"name": "trips.csv", "bytes": 123}')
    return name, size


@require_http_methods(['GET', 'PATCH', 'DELETE'])
@api
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """GET: how many bytes are there. PATCH ?offset=N: the next ones, as the body. DELETE: gives it up."""
    found = Upload.objects.filter(pk=upload_id, owner=uploader(request)).first()
    if found is None:
        raise Refused(404, 'no_upload', 'there is no such upload of yours')
    if request.method == 'DELETE':
        uploads.abandon(found)
        return HttpResponse(status=204)
    try:
        there = receive(request, found) if request.method == 'PATCH' else uploads.offset_of(found)
        return JsonResponse({'offset': there, 'bytes': found.bytes, **(finished(found) if there == found.bytes else {})})
    except FileNotFoundError:
        raise Refused(404, 'no_upload', 'it was finished or given up meanwhile') from None


def finished(upload: Upload) -> dict[str, str]:
    table = uploads.finish(upload)
    return {'table': table.name, 'page': reverse('sonde_explorer:explore', args=[table.name])}


def receive(request: HttpRequest, upload: Upload) -> int:
    offset = request.GET.get('offset', '')
    length = request.META.get('CONTENT_LENGTH') or ''
    if not is_number(offset) or not is_number(length):
        raise Refused(400, 'malformed', 'offset and Content-Length are needed')
    try:
        return uploads.append(upload, int(offset), request, int(length))
    except UnreadablePostError:
        raise Refused(400, 'broken', 'the connection broke; what has arrived is kept') from None


def is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= NUMBER_DIGITS
