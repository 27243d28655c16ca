"""Push tokens that are known by heart."""

from dataclasses import dataclass, field

from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError


@dataclass(slots=True)
class MemoryPushTokens:
    """Compares whole tokens instead of judging what is in them."""

    trusted: set[str] = field(default_factory=set, repr=False)
    """Our own subscription's."""
    foreign: set[str] = field(default_factory=set, repr=False)
    """The issuer's own, for somebody else."""

    async def authenticate(self, authorization: str | None) -> None:
        """Judge an Authorization header's value.

        Raises PushUnauthenticatedError for a token in neither set and
        PushForbiddenError for one of `foreign`.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or token not in self.trusted | self.foreign:
            raise PushUnauthenticatedError("unknown token")
        if token not in self.trusted:
            raise PushForbiddenError("not for us")
