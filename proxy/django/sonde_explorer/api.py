"""What all addresses for programs have in common."""
from __future__ import annotations

from functools import wraps
from typing import Any, Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from .refused import Refused

View = Callable[..., HttpResponse]


def api(view: View) -> View:
    """Whoever is not signed in gets a 401 and no page to sign in; nothing is cached; refusals are problem bodies."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if not request.user.is_authenticated:
                raise Refused(401, 'signed_out', 'sign in and try again')
            return view(request, *args, **kwargs)
        except Refused as refusal:
            body = {'status': refusal.status, 'code': refusal.code, 'detail': refusal.detail}
            return JsonResponse(body, status=refusal.status, content_type='application/problem+json')

    return answer
