"""The source of packages, read and never imported: what a name in a module stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Definition:
    """Where a function or a class is defined."""

    module: str
    node: Function | ast.ClassDef

    @property
    def place(self) -> str:
        """Its full name."""
        return f"{self.module}.{self.node.name}"

    def is_class_of(self, service: str, module: str) -> bool:
        """Whether it is a class of a module, or of a package, of that name in the service."""
        parts = self.module.split(".")
        return isinstance(self.node, ast.ClassDef) and parts[:2] == ["services", service] and module in parts


@dataclass
class Sources:
    """The packages below `root`, by dotted name."""

    root: Path
    trees: dict[str, ast.Module] = field(default_factory=dict)

    def tree(self, module: str) -> ast.Module | None:
        """A module that is below `root`, parsed."""
        if module not in self.trees:
            path = self.root.joinpath(*module.split("."))
            file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            if not file.exists():
                return None
            self.trees[module] = ast.parse(file.read_text(encoding="utf-8"))
        return self.trees[module]

    def modules(self, package: str) -> Iterator[tuple[str, ast.Module]]:
        """Every module of a package."""
        for file in sorted(self.root.joinpath(*package.split(".")).rglob("*.py")):
            module = ".".join(file.relative_to(self.root).with_suffix("").parts).removesuffix(".__init__")
            if tree := self.tree(module):
                yield module, tree

    def definition(self, module: str, expression: ast.expr | None) -> Definition | None:
        """The function or class that an expression names, wherever below `root` it is defined."""
        where, _, name = (self._full_name(module, expression) or "").rpartition(".")
        tree = self.tree(where) if where else None
        for node in tree.body if tree else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
                return Definition(where, node)
        return None

    def fields(self, of: Definition) -> set[str]:
        """The fields of a model, with those that it inherits."""
        if not isinstance(of.node, ast.ClassDef):
            return set()
        bases = [found for each in of.node.bases if (found := self.definition(of.module, each))]
        annotated = [each.target for each in of.node.body if isinstance(each, ast.AnnAssign)]
        return {each.id for each in annotated if isinstance(each, ast.Name)}.union(*map(self.fields, bases))

    def _full_name(self, module: str, expression: ast.expr | None) -> str | None:
        match expression:
            case ast.Name(id=name):
                return self._names(module).get(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self._names(module):
                return f"{self._names(module)[name]}.{attribute}"
        return None

    def _names(self, module: str) -> dict[str, str]:
        """What the names of a module stand for: `package.module.name` or `package.module`."""
        tree = self.tree(module)
        found: dict[str, str] = {}
        for node in tree.body if tree else ():
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found[node.name] = f"{module}.{node.name}"
        return found


def calls(node: ast.AST) -> list[ast.Call]:
    """Every call in it."""
    return [each for each in ast.walk(node) if isinstance(each, ast.Call)]


def attributes_of(name: str | None, nodes: Sequence[ast.AST]) -> set[str]:
    """The attributes of a variable that are read in these nodes."""
    return {
        node.attr
        for each in nodes
        for node in ast.walk(each)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }


def with_variables(function: Function, values: Sequence[ast.expr]) -> list[ast.expr]:
    """These values, and those that the variables in them were given in the function."""
    given = list(_given(function))
    found, waiting = list[ast.expr](), list(values)
    while waiting:
        found.append(waiting.pop())
        used = _variables(found[-1])
        waiting += [value for names, value in given if names & used and value not in [*found, *waiting]]
    return found


def _given(function: Function) -> Iterator[tuple[set[str], ast.expr]]:
    """What variables are given: assigned, or to an inner function by whom it is handed to."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield set().union(*map(_variables, targets)), value
            case ast.AsyncFunctionDef(name=name, args=arguments) if node is not function:
                takes = {each.arg for each in arguments.args}
                handed = [each for each in calls(function) if any(_variables(one) == {name} for one in each.args)]
                yield from ((takes, value) for each in handed for value in each.args)


def _variables(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def branches(function: ast.AST) -> Iterator[tuple[list[ast.expr], list[ast.stmt]]]:
    """What a function does by the class of something: the cases of a `match`, and what follows an `isinstance`."""
    for node in ast.walk(function):
        match node:
            case ast.match_case(pattern=pattern, body=body):
                yield _classes(pattern), body
            case ast.If(test=ast.Call(func=ast.Name(id="isinstance"), args=[_, kind]), body=body):
                yield [each for each in ast.walk(kind) if isinstance(each, ast.Name | ast.Attribute)], body


def _classes(pattern: ast.pattern) -> list[ast.expr]:
    """The classes that a pattern of a case names."""
    match pattern:
        case ast.MatchClass(cls=named):
            return [named]
        case ast.MatchOr(patterns=patterns):
            return [each for one in patterns for each in _classes(one)]
        case ast.MatchAs(pattern=inner) if inner:
            return _classes(inner)
    return []
