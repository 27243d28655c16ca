"""Pages of the repository: their headings, their links, and the paths they name."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1`*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?: +\"[^\"]*\")?\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]: +(\S+)", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")
_PATH = re.compile(r"\.?\w[\w.*-]*(?:/[\w.*-]+)+/?")
_SOURCE = re.compile(r"\.(?:py|md|sql|proto|ya?ml|json|sh|mjs|toml|binpb)$")
_PLACEHOLDER = re.compile(r"NNN|\.\.\.")
_MADE = re.compile(r"\.(?!ci$|github$).*|build|dist")
"""What is made in the tree and not kept."""


@dataclass(frozen=True)
class Page:
    """One Markdown file below a root."""

    root: Path
    file: Path

    @cached_property
    def prose(self) -> str:
        """All but fenced code."""
        return _FENCED.sub("", self.file.read_text("utf-8"))

    @cached_property
    def anchors(self) -> set[str]:
        """Ids of the headings, as GitHub makes them: repeated ones are numbered."""
        found: Counter[str] = Counter()
        anchors = set()
        for heading in _HEADING.findall(self.prose):
            slug = _slug(heading)
            anchors.add(f"{slug}-{found[slug]}" if found[slug] else slug)
            found[slug] += 1
        return anchors

    def broken(self) -> Iterator[str]:
        """Name every relative link and every path in backticks that leads nowhere."""
        for target in self._links():
            if not self._resolves(target):
                yield f"{self.file.relative_to(self.root)}: {target}"
        for path in self._paths():
            if not self._exists(path):
                yield f"{self.file.relative_to(self.root)}: `{path}`"

    def _links(self) -> Iterator[str]:
        text = _SPAN.sub("", self.prose)
        for target in [*_LINK.findall(text), *_REFERENCE.findall(text)]:
            if not _ELSEWHERE.match(target):
                yield target

    def _resolves(self, target: str) -> bool:
        path, _, anchor = target.partition("#")
        file = (self.file.parent / path).resolve() if path else self.file
        if not file.exists() or not file.is_relative_to(self.root):
            return False
        return not anchor or (file.suffix == ".md" and anchor in Page(self.root, file).anchors)

    def _paths(self) -> Iterator[str]:
        """Words of code spans that begin in a folder of the root, or end as a source file does."""
        for span in _SPAN.findall(self.prose):
            for word in span.split():
                if not _PATH.fullmatch(word) or _PLACEHOLDER.search(word):
                    continue
                first = word.split("/")[0]
                if not _MADE.fullmatch(first) and (
                    (self.root / first).is_dir() or _SOURCE.search(word)
                ):
                    yield word

    def _exists(self, path: str) -> bool:
        return any(self.root.glob(path)) or any((self.root / "catalog").glob(path))


def pages(root: Path) -> Sequence[Page]:
    """Every page below `root`."""
    found = [path for path in root.iterdir() if not _MADE.fullmatch(path.name)]
    files = [file for path in found for file in ([path] if path.is_file() else path.rglob("*.md"))]
    return [Page(root, file) for file in sorted(files) if file.suffix == ".md"]


def _slug(heading: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
