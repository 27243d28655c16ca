"""What configs/config.yaml says of its settings in comments."""

import re
from collections.abc import Mapping

_SECTION = re.compile(r"([a-z_]+):$")
_KEY = re.compile(r"  ([a-z_]+):")
_COMMENT = re.compile(r"  # ?(.*)")


def comments(text: str) -> Mapping[tuple[str, str], str]:
    """Give the comment of every (section, key); empty where the one above speaks of it too.

    Understands the file as it is kept: sections at the margin, keys and comments two in.
    """
    found: dict[tuple[str, str], str] = {}
    section, said = "", list[str]()
    for line in text.splitlines():
        if opened := _SECTION.fullmatch(line):
            section, said = opened[1], []
        elif comment := _COMMENT.fullmatch(line):
            said.append(comment[1].strip())
        elif key := _KEY.match(line):
            found[section, key[1]] = " ".join(said)
            said = []
    return found
