#!/usr/bin/env python3
"""A preprocessor of mdBook: links that leave docs/ lead to the repository, and those to a README.md to the page made of it."""

import json
import posixpath
import re
import sys

LINK = re.compile(r"(\]\()([^()\s]+)(\))")


def outside(page, link, repository):
    """The link as the page of the book needs it; `page` is its path below docs/."""
    path, hash_mark, anchor = link.partition("#")
    if not path or re.match(r"[a-z]+:", path):
        return link
    below = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    if below.startswith("../"):
        return f"{repository}/blob/main/{below[3:]}{hash_mark}{anchor}"
    return re.sub(r"(^|/)README\.md$", r"\1index.md", path) + hash_mark + anchor


def mend(item, repository):
    """Mends a part of the book, and all below it."""
    if isinstance(item, list):
        for part in item:
            mend(part, repository)
    elif isinstance(item, dict):
        page = item.get("source_path")
        if page and "content" in item:
            new = lambda link: link[1] + outside(page, link[2], repository) + link[3]
            item["content"] = LINK.sub(new, item["content"])
        for part in item.values():
            mend(part, repository)


def main(words):
    if words[:1] == ["supports"]:
        return
    context, book = json.load(sys.stdin)
    mend(book, context["config"]["output"]["html"]["git-repository-url"])
    json.dump(book, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
