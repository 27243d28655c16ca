"""A bug that can be switched on: which text of the product it replaces, and who must notice."""

import os
from dataclasses import dataclass
from pathlib import Path


class DoesNotApplyError(Exception):
    """The text to replace is not there exactly once: the product moved on without its mutant."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file."""

    file: str
    """Below the root of the tree."""
    old: str
    new: str

    def applied_to(self, text: str) -> str:
        """Replace the one place. Raises DoesNotApplyError."""
        if (found := text.count(self.old)) != 1:
            line = self.old.strip().splitlines()[0]
            raise DoesNotApplyError(f"{self.file} has {found} times, not once: {line}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A seeded bug. Several edits where one alone would break the product openly."""

    name: str
    why: str
    """What goes wrong with it, in a sentence."""
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    """Node ids of the tests that must fail, each of them."""

    def seeded(self, root: Path) -> dict[Path, str]:
        """Return the changed files of a tree and what they are to hold.

        Raises DoesNotApplyError.
        """
        changed: dict[Path, str] = {}
        for edit in self.edits:
            file = root / edit.file
            text = changed.get(file)
            changed[file] = edit.applied_to(file.read_text("utf-8") if text is None else text)
        return changed

    def seed(self, root: Path) -> None:
        """Change the tree. Raises DoesNotApplyError, and has changed nothing then."""
        for file, text in self.seeded(root).items():
            file.write_text(text, "utf-8")
            # Byte code of the text before, if of equal length and second, must not pass for it.
            os.utime(file, (0, 0))
