"""The strictest Content-Security-Policy under which the explorer works."""
from __future__ import annotations

from functools import wraps
from typing import Any, Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from .conf import conf


def policy() -> str:
    """No inline script or style, no nonce, no eval; the module is WebAssembly, and bytes may come from another origin."""
    server = urlsplit(conf().url)
    data = f' {server.scheme}://{server.netloc}' if server.netloc else ''
    return ("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
            f"connect-src 'self'{data}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'")


def explorer_policy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For views whose page has {% data_explorer %}. A policy that the site sets itself stays."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not response.has_header('Content-Security-Policy'):
            response['Content-Security-Policy'] = policy()
        return response

    return answer
