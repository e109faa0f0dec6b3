"""What can go wrong, as one tree?  No web import: ``api/problem_details`` makes these RFC 9457.

    Problem
    ├── InvalidInput            422  the request is well formed and cannot mean anything
    ├── Malformed               400  the request cannot be read
    ├── Unauthenticated         401
    ├── Forbidden               403
    ├── NotFound                404
    ├── Gone                    410  it was here and has been erased
    ├── Conflict                409
    ├── TooLarge                413
    ├── UnsupportedMedia        415
    ├── TooMany                 429  always with ``retry_after_s``
    └── Unavailable             503  always with ``retry_after_s``

A problem never carries the value that caused it: that value is a phone or a tax id.
Unknown, ambiguous, shared and late are answers, not problems.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one place of the input, named by JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """Base of everything a caller may be told."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        faults: tuple[Fault, ...] = (),
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = faults
        self.retry_after_s = retry_after_s
        self.reason = code or self.code

    def anew(self) -> Self:
        """Return the same problem as if it had never been raised, to be kept or raised by itself.

        One that was raised names the frames it came through, and all that is in them: an array of a
        thousand events, and with it the problem again, which then stays until somebody looks for
        garbage.
        """
        found = type(self).__new__(type(self), *self.args)
        vars(found).update(vars(self))
        return found


class InvalidInput(Problem):
    """The request is well formed, and what it says cannot be accepted."""

    status = 422
    code = "invalid-input"
    title = "The request cannot be accepted as it is"


class Malformed(Problem):
    """The body cannot be read at all."""

    status = 400
    code = "malformed"
    title = "The request cannot be read"


class Unauthenticated(Problem):
    """No key, or none that is valid now."""

    status = 401
    code = "unauthenticated"
    title = "A valid client key is needed"


class Forbidden(Problem):
    """The key is valid and may not do this."""

    status = 403
    code = "forbidden"
    title = "This key may not do that"


class NotFound(Problem):
    """No such thing, or none this key may see."""

    status = 404
    code = "not-found"
    title = "There is no such thing"


class Gone(Problem):
    """It was here; the person it was about asked for its erasure."""

    status = 410
    code = "gone"
    title = "This has been erased"


class Conflict(Problem):
    """The request contradicts the state it would change."""

    status = 409
    code = "conflict"
    title = "The request contradicts the present state"


class TooLarge(Problem):
    """The body has more bytes or items than one request may carry."""

    status = 413
    code = "too-large"
    title = "The request is too large"


class UnsupportedMedia(Problem):
    """The body is of a type this route does not read."""

    status = 415
    code = "unsupported-media-type"
    title = "This content type is not understood here"


class TooMany(Problem):
    """The caller has used up its budget."""

    status = 429
    code = "too-many-requests"
    title = "Too many requests"


class Unavailable(Problem):
    """We cannot answer now; the same request may be sent again."""

    status = 503
    code = "unavailable"
    title = "The service cannot answer right now"
