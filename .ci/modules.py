#!/usr/bin/env python3
"""Fails when modules of a crate use each other in a circle.

For every crate, and for every folder in it, the modules beside each other are looked at: which names which in `use`
and in paths that begin with `crate`, `self` or `super`, `#[cfg(test)]` left out. A name that a common parent only
passes on (`pub use` in `lib.rs` or `mod.rs`) counts as an arrow to the module that has it; one that a sibling passes on
counts as an arrow to that sibling too. A folder's own file and what it holds are one: a child may use its parent's names.

    .ci/modules.py                 check all crates of the workspace
    .ci/modules.py --floors NAME   print the modules of one crate, each above those that it uses
    .ci/modules.py --self-test     check the check
"""

import os
import re
import sys
import tempfile
from pathlib import Path

# Types that hold each other, so that no order of files could part them: just these, no more and no fewer.
RECURSIVE = {
    # A box is made of components, a component can be a box, and a video shows one in its place.
    ("hikyaku-model", "crate::flex", "block component components video"),
}

TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*)
    | (?P<comment>/\*)
    | (?P<raw>[bc]?r(?P<hashes>\#*)".*?"(?P=hashes))
    | (?P<text>[bc]?"(?:[^"\\]|\\.)*")
    | (?P<char>b?'(?:[^'\\]|\\[^u]|\\u\{[^}]*\}|\\x..)')
    | (?P<lifetime>'\w+)
    | (?P<word>(?:r\#)?[A-Za-z_]\w*)
    | (?P<sign>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
NESTED = re.compile(r"/\*|\*/")
CLOSES = {"{": "}", "(": ")", "[": "]"}
ITEM = set("pub fn struct enum union mod use const static type trait impl unsafe async extern let macro_rules".split())


def tokens_of(text):
    """The words and signs of a source, each with its line."""
    tokens, at, line = [], 0, 1
    while at < len(text):
        match = TOKEN.match(text, at)
        end = match.end()
        if match.lastgroup == "comment":
            depth = 1
            while depth:
                edge = NESTED.search(text, end)
                if edge is None:
                    end = len(text)
                    break
                depth += 1 if edge.group() == "/*" else -1
                end = edge.end()
        elif match.lastgroup in ("word", "sign"):
            tokens.append((match.group().removeprefix("r#"), line))
        elif match.lastgroup != "space":
            tokens.append(("0", line))  # a literal: never part of a path
        line += text.count("\n", at, end)
        at = end
    return tokens


class Module:
    def __init__(self, path, file):
        self.path, self.file = path, file
        self.children, self.names, self.globs, self.paths = {}, {}, [], []


class Reader:
    """Reads a file, and the files of the modules that it declares."""

    def __init__(self, file, module, folder):
        self.tokens, self.module, self.folder = tokens_of(file.read_text()), module, folder
        self.items(0, len(self.tokens), module, folder)

    def word(self, at):
        return self.tokens[at][0] if at < len(self.tokens) else ""

    def closing(self, at):
        """Where the bracket at this place is closed."""
        depth = 0
        while at < len(self.tokens):
            if self.word(at) in CLOSES:
                depth += 1
            elif self.word(at) in CLOSES.values():
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        return at

    def after_item(self, at):
        """The end of what an attribute stands before."""
        while self.word(at) == "#":
            at = self.closing(at + 1) + 1
        is_item = self.word(at) in ITEM
        is_use = "use" in (self.word(at), self.word(at + 1))
        while at < len(self.tokens):
            word = self.word(at)
            if word == ";" or (word == "," and not is_item):
                return at + 1
            if word in CLOSES.values():
                return at
            if word in CLOSES:
                at = self.closing(at)
                if word == "{" and not is_use:
                    return at + 1
            at += 1
        return at

    def items(self, at, end, module, folder):
        while at < end:
            word, line = self.tokens[at]
            if word == "#" and self.word(at + 1) == "[":
                close = self.closing(at + 1)
                words = {self.word(inside) for inside in range(at + 2, close)}
                is_test = words & {"test", "doctest"} and "not" not in words and self.word(at + 2) == "cfg"
                at = self.after_item(close + 1) if is_test else close + 1
            elif word == "mod" and self.word(at + 2) in (";", "{"):
                name = self.word(at + 1)
                inside = folder / name
                if self.word(at + 2) == "{":
                    child = Module((*module.path, name), module.file)
                    close = self.closing(at + 2)
                    self.items(at + 3, close, child, inside)
                    at = close
                else:
                    file = next(f for f in (folder / f"{name}.rs", inside / "mod.rs") if f.is_file())
                    child = Module((*module.path, name), file)
                    Reader(file, child, inside)
                    at += 2
                module.children[name] = child
                at += 1
            elif word == "use":
                at = self.tree(at + 1, module, [])
            elif word in ("crate", "self", "super") and self.word(at + 1) == "::":
                path = [word]
                while self.word(at + 1) == "::" and re.match(r"\w", self.word(at + 2)):
                    path.append(self.word(at + 2))
                    at += 2
                module.paths.append((path, line))
                at += 1
            else:
                at += 1

    def tree(self, at, module, before):
        """Takes in what a `use`, or a part of one, names."""
        path = list(before)
        while True:
            word, line = self.tokens[at]
            if word == "{":
                close = self.closing(at)
                at += 1
                while at < close:
                    at = self.tree(at, module, path)
                    at += self.word(at) == ","
                return close + 1
            if word == "*":
                module.globs.append(path)
                module.paths.append((path, line))
                return at + 1
            if word == "self" and path:
                pass  # `a::{self}` is `a`
            elif word != "::":
                path.append(word)
            at += 1
            if self.word(at) == "::":
                at += 1
                continue
            name = path[-1]
            if self.word(at) == "as":
                name = self.word(at + 1)
                at += 2
            module.names[name] = path
            module.paths.append((path, line))
            return at


class Crate:
    def __init__(self, src):
        file = next(f for f in (src / "lib.rs", src / "main.rs") if f.is_file())
        self.root = Module((), file)
        Reader(file, self.root, src)
        # arrows[folder][(from, to)]: where it is written
        self.arrows = {}
        self.visit(self.root)

    def at(self, path):
        module = self.root
        for name in path:
            module = module.children[name]
        return module

    def resolve(self, path, module, seen):
        """The modules that a path leads through, or nothing if it leads out of the crate."""
        key = (module.path, tuple(path))
        if key in seen:
            return []
        seen = seen | {key}
        first, rest = path[0], path[1:]
        if first == "crate":
            start = self.root
        elif first == "self":
            start = module
        elif first == "super":
            start = self.at(module.path[:-1])
            while rest and rest[0] == "super":
                start, rest = self.at(start.path[:-1]), rest[1:]
        elif first in module.children:
            start, rest = module, path
        elif first in module.names and module.names[first][0] != first:
            return self.resolve(module.names[first] + rest, module, seen)
        else:
            return []
        through = [start]
        for place, name in enumerate(rest):
            if name in start.children:
                start = start.children[name]
                through.append(start)
            elif name in start.names:
                return through + self.resolve(start.names[name] + rest[place + 1 :], start, seen)
            else:
                for glob in start.globs:
                    beyond = self.resolve(glob + rest[place:], start, seen)
                    if beyond and self.has(beyond[-1], rest[-1]):
                        return through + beyond
                break
        return through

    @staticmethod
    def has(module, name):
        text = module.file.read_text()
        return re.search(rf"\b(struct|enum|fn|trait|type|const|static|mod|macro_rules!) {name}\b", text) is not None

    def visit(self, module):
        for path, line in module.paths:
            for target in self.resolve(path, module, frozenset()):
                common = 0
                while module.path[common : common + 1] == target.path[common : common + 1] != ():
                    common += 1
                if common < min(len(module.path), len(target.path)):
                    edges = self.arrows.setdefault(module.path[:common], {})
                    edge = (module.path[common], target.path[common])
                    edges.setdefault(edge, f"{module.file}:{line}")
        for child in module.children.values():
            self.visit(child)

    def circles(self):
        """Each circle with its folder: modules that all reach each other."""
        for folder, edges in sorted(self.arrows.items()):
            beyond = reach(edges)
            left = set(beyond)
            for name in sorted(beyond):
                if name in left:
                    together = {other for other in beyond[name] if name in beyond.get(other, ())} | {name}
                    left -= together
                    if len(together) > 1:
                        inside = {edge: at for edge, at in edges.items() if set(edge) <= together}
                        yield folder, together, inside


def reach(edges):
    """What each module uses, and what that uses, and so on."""
    beyond = {}
    for start, _ in edges:
        found, todo = set(), [start]
        while todo:
            here = todo.pop()
            new = {to for origin, to in edges if origin == here} - found
            found |= new
            todo += new
        beyond[start] = found
    return beyond


def name_of(folder):
    return "::".join(("crate", *folder))


def check(crates):
    """Prints every circle, and says whether there was one."""
    found = False
    for src in crates:
        for folder, together, edges in Crate(src).circles():
            circle = (src.parent.name, name_of(folder), " ".join(sorted(together)))
            if circle in RECURSIVE:
                continue
            found = True
            print("{}: modules of {} use each other in a circle: {}".format(*circle))
            for (origin, to), at in sorted(edges.items()):
                print(f"    {origin} -> {to}  {at}")
    return found


def floors(src):
    """Prints the modules of the crate's root from the highest floor to the lowest."""
    crate = Crate(src)
    edges = crate.arrows.get((), {})
    beyond = reach(edges)
    height = {}

    def floor(name):
        if name not in height:
            height[name] = 0
            below = {to for origin, to in edges if origin == name and name not in beyond.get(to, ())}
            height[name] = 1 + max((floor(to) for to in below), default=-1)
        return height[name]

    for name in crate.root.children:
        floor(name)
    for level in range(max(height.values(), default=0), -1, -1):
        print(f"{level:2}  {' '.join(sorted(name for name in height if height[name] == level))}")


# A crate with two circles, one of them inside a folder, and with all that looks like one and is none.
CIRCLE = {
    "lib.rs": "mod a; mod b; mod c; mod d; mod e; pub use c::Low; pub use b::*;",
    "a.rs": "use crate::{b::{self, Thing as Other}, Low};\npub struct High;",
    "b.rs": "pub struct Thing;\nfn f() { let x = r#\"use crate::d;\"#; crate::a::High; }",
    "c.rs": "// use crate::a::High;\n/* /* */ use crate::b; */ pub struct Low; fn f<'a>(x: &'a str) -> char { '\"' }\n"
    "#[cfg(test)]\nmod tests { use super::*; use crate::a::High; }\n#[cfg(test)]\nuse crate::{a};\nconst C: u8 = 1;",
    "d.rs": "use crate::Low; pub use crate::c; use std::fmt; pub fn d() {}",
    "e/mod.rs": "mod f; mod g; pub use f::F; pub struct Own;",
    "e/f.rs": "use super::{g::G, Own}; pub struct F;",
    "e/g.rs": "\nuse super::F; pub struct G;",
}


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        src = Path(folder)
        for name, text in CIRCLE.items():
            (src / name).parent.mkdir(exist_ok=True)
            (src / name).write_text(text)
        found = [
            (name_of(where), sorted(together), {edge: at.removeprefix(f"{folder}/") for edge, at in edges.items()})
            for where, together, edges in Crate(src).circles()
        ]
        assert found == [
            ("crate", ["a", "b"], {("a", "b"): "a.rs:1", ("b", "a"): "b.rs:2"}),
            ("crate::e", ["f", "g"], {("f", "g"): "e/f.rs:1", ("g", "f"): "e/g.rs:2"}),
        ], found
        # A name that a glob of the root passes on, and one that a sibling does.
        (src / "b.rs").write_text("pub struct Thing;")
        (src / "c.rs").write_text("pub use crate::Thing; pub struct Low;")
        (src / "e/g.rs").write_text("pub struct G;")
        edges = Crate(src).arrows[()]
        assert {("c", "b"), ("a", "c"), ("a", "b"), ("d", "c")} == set(edges), edges
        assert not list(Crate(src).circles())
        (src / "b.rs").write_text("pub struct Thing; use crate::d::c::Low;")
        assert [together for _, together, _ in Crate(src).circles()] == [{"b", "c", "d"}], "through a sibling's `pub use`"


def main(words):
    root = Path(os.path.relpath(Path(__file__).resolve().parent.parent))
    crates = sorted(root.glob("crates/*/src"))
    if words == ["--self-test"]:
        self_test()
    elif words[:1] == ["--floors"]:
        for name in words[1:]:
            floors(root / "crates" / name / "src")
    elif words:
        return check([src for src in crates if src.parent.name in words])
    else:
        return check(crates)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
