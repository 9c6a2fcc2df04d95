#!/usr/bin/env python3
"""Checks that every link between files of the documentation leads somewhere, its place in the page included, and that
docs/SUMMARY.md lists every page. Links to other hosts are not tried. Usage: links.py [--self-test]
"""

import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*\]\(([^()\s]+)\)|!\[[^\]]*\]\(([^()\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^(```|~~~)")


def prose(text):
    """The lines that are not code, each with its number."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line.strip()):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "", line) if not line.startswith("#") else line


def anchors(text):
    """The names that GitHub gives to the headings of a page."""
    names = set()
    for _, line in prose(text):
        if heading := re.match(r"#{1,6}\s+(.*)", line):
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1)).strip().lower()
            kept = (c for c in words if c in " -_" or unicodedata.category(c)[0] in "LN")
            name = "".join(kept).replace(" ", "-")
            count = sum(re.fullmatch(re.escape(name) + r"(-\d+)?", known) is not None for known in names)
            names.add(name if count == 0 else f"{name}-{count}")
    return names


def check(root, pages):
    """Each link that leads nowhere."""
    for page in pages:
        for number, line in prose((root / page).read_text()):
            for match in LINK.finditer(line):
                target = next(group for group in match.groups() if group)
                if re.match(r"[a-z+]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (root / page).parent / path if path else root / page
                if not file.exists():
                    yield f"{page}:{number}: there is no {target}"
                elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
                    yield f"{page}:{number}: {path or page} has no heading #{anchor}"


def unlisted(root, pages):
    """Pages that the table of contents lacks."""
    listed = (root / "docs/SUMMARY.md").read_text()
    for page in pages:
        if page.parts[0] == "docs" and page.name != "SUMMARY.md":
            if f"({page.relative_to('docs').as_posix()})" not in listed:
                yield f"docs/SUMMARY.md: {page} is missing"


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "docs").mkdir()
        (root / "a.md").write_text("# A `b`: c\n## A\n## A\n[x](docs/b.md#b) [y](#a-b-c) [z](#a-1) ![p](no.png)\n```\n[w](no.md)\n```\n[v](docs/b.md#no) `[u](no)`\n")
        (root / "docs/b.md").write_text("## B\n[up](../a.md) [out](https://example.com/no)\n")
        (root / "docs/SUMMARY.md").write_text("# S\n")
        pages = [Path("a.md"), Path("docs/b.md")]
        found = list(check(root, pages))
        assert found == ["a.md:4: there is no no.png", "a.md:8: docs/b.md has no heading #no"], found
        assert list(unlisted(root, pages)) == ["docs/SUMMARY.md: docs/b.md is missing"]


def main(words):
    if words == ["--self-test"]:
        self_test()
        return False
    root = Path(__file__).resolve().parent.parent
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", "*.md"], cwd=root, capture_output=True, text=True, check=True)
    pages = [Path(name) for name in listed.stdout.splitlines() if (root / name).is_file()]
    found = [*check(root, pages), *unlisted(root, pages)]
    for wrong in found:
        print(wrong)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
