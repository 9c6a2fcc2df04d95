#!/usr/bin/env python3
"""Finds turns of phrase that readers stumble over, in the documentation, in help and errors, and in rustdoc.

Each has a rule and what to write instead; CONTRIBUTING.md has the rule behind them. Usage: words.py [--self-test | FILE…]
"""

import os
import re
import subprocess
import sys
from pathlib import Path

# A pattern, what to write instead, and a text that it finds.
TURNS = [
    (r"(?<!there )(?<!there may )\b(?:is|are|was|were|be) none\b", "say what is wrong: 'is invalid', 'is unknown'", "a token that is none"),
    (r"\bthere where\b", "'where' or 'if'", "there where it stands"),
    (r"\bwhoever (?!they\b|sends\b|receives\b|brings\b|had\b|wrote\b|says\b)", "name the actor, or 'anyone who'", "tells whoever waits"),
    (r"\bin the place of\b", "'instead of'", "a picture in the place of a text"),
    (r"\ball else\b", "'everything else'", "all else is refused"),
    (r"\bnot LINE (?:says|answers|does)\b", "'it was not … that', or name the actor", "Not LINE says it."),
    (r"\bwhat is asked for\b", "name the thing", "Another program has what is asked for."),
    (r"\b(?:is|are) worth (?:being|to)\b", "say what to do", "The one that says so is worth being the last."),
    (r"\bthe id of nothing\b", "'not a valid id'", "A text that is the id of nothing."),
    (r"\bnow and again\b", "'from time to time', or the interval", "shows the animation, now and again each 25 seconds"),
    (r"\bnone to see\b", "'is not accessible', 'does not exist'", "There is none to see of anyone else."),
    (r"\bin the making\b", "name the builder", "A campaign in the making."),
    (r"\bto be had\b", "'available'", "a newer token, if one is to be had"),
    (r"\bas good as (?:nothing|absent)\b", "'counts as absent'", "`null` is as good as nothing"),
    (r"\bnone, or no more\b", "'does not exist, or was removed'", "`None` if there is none, or no more"),
    (r"\b(?:utili[sz]e|leverag(?:e|es|ing)|seamless(?:ly)?|blazing(?:ly)?|effortless(?:ly)?)\b", "the plain word, or a figure", "a blazingly fast client"),
]
FOUND = [(re.compile(pattern, re.IGNORECASE), better, example) for pattern, better, example in TURNS]

# What a reader of a source sees: its comments, and texts in quotes.
PROSE = re.compile(r'//[/!]?(?P<comment>.*)|"(?P<text>(?:[^"\\]|\\.)*)"')


def prose(path, line):
    """The parts of a line that are for people."""
    if path.suffix != ".rs":
        return [line]
    if line.lstrip().startswith("//"):
        return [line]
    return [match["comment"] or match["text"] or "" for match in PROSE.finditer(line)] or (
        # The middle of a text of several lines, such as a verb's examples.
        [line] if not re.search(r"[;{}()=]", line) else []
    )


def look(path, text):
    """Each turn with its place, and what is better."""
    quiet = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("<!-- words: off"):
            quiet = True
        elif line.startswith("<!-- words: on"):
            quiet = False
        elif not quiet:
            for part in prose(path, line):
                for pattern, better, _ in FOUND:
                    if match := pattern.search(part):
                        yield f"{path}:{number}: '{match.group().strip()}': write {better}"


def files():
    """What strangers read. The changelog tells of the past and stays as it is; a test's name is for its author."""
    patterns = ["*.md", "*.toml", "crates/*/src/*.rs", "crates/*/src/**/*.rs", "examples/*.rs"]
    names = subprocess.run(["git", "ls-files", "--", *patterns], capture_output=True, text=True, check=True).stdout
    paths = (Path(name) for name in names.splitlines())
    return [path for path in paths if path.name != "CHANGELOG.md" and path.is_file()]


def self_test():
    for pattern, _, example in FOUND:
        assert pattern.search(example), (pattern.pattern, example)
    for good in ["False if there is none", "whoever they are", "value.is_none()", "it is nonetheless"]:
        for pattern, _, _ in FOUND:
            assert not pattern.search(good), (pattern.pattern, good)
    source = 'let all_else = 1; // all else\nlet x = "all else" + y;\nif all else { f(); }\n    hikyaku sim, and all else\n'
    places = [found.split(":")[1] for found in look(Path("a.rs"), source)]
    assert places == ["1", "2", "4"], places
    shown = "all else\n<!-- words: off -->\nall else\n<!-- words: on -->\nall else\n"
    assert [found.split(":")[1] for found in look(Path("a.md"), shown)] == ["1", "5"]


def main(words):
    os.chdir(Path(__file__).resolve().parent.parent)
    if words == ["--self-test"]:
        self_test()
        return False
    found = [turn for path in map(Path, words or files()) for turn in look(path, path.read_text())]
    for turn in found:
        print(turn)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
