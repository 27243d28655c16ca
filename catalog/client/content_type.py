"""The media types Catalog takes by default, by file extension."""

from pathlib import PurePath

from catalog.client.errors import InvalidUsageError

# Our own table: the one of `mimetypes` depends on the machine and lacks some of these.
_BY_EXTENSION = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".qt": "video/quicktime",
    ".m4v": "video/x-m4v",
    ".webm": "video/webm",
    ".3gp": "video/3gpp",
    ".3g2": "video/3gpp2",
}


def content_type_of(path: PurePath) -> str:
    """The media type for a file of this name.

    Raises InvalidUsageError for an extension that is not in the list.
    """
    found = _BY_EXTENSION.get(path.suffix.lower())
    if found is None:
        known = " ".join(sorted(_BY_EXTENSION))
        raise InvalidUsageError(
            f"cannot tell the content type of {path.name}: known extensions are {known}; "
            "name the type yourself",
            reason="UNKNOWN_CONTENT_TYPE",
        )
    return found
