"""Why a push is refused before anything is read or stored."""


class PushUnauthenticatedError(Exception):
    """No token, or one that is not the issuer's own, or out of time: answered 401."""


class PushUndecidedError(Exception):
    """Nobody can be asked whether the token is good: answered 503, to come again."""


class PushForbiddenError(Exception):
    """A good token that is not for us or not from our subscription: answered 403."""
