"""Why a push is refused before anything is read or stored."""


class PushUnauthenticatedError(Exception):
    """No token, or one that is not the issuer's own, or out of time: answered 401."""


class PushForbiddenError(Exception):
    """A good token that is not for us or not from our subscription: answered 403."""
