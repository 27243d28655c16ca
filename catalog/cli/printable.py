"""Words of strangers on a terminal."""


def printable(text: str) -> str:
    """Replace what a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text)
