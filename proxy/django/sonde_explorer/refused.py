"""The one way in which a request for programs is refused."""
from __future__ import annotations


class Refused(Exception):
    """Becomes a problem body as RFC 9457 has it: `code` is for programs, `detail` for people."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
