"""Follows a request from its route to its events by reading the source of a service: nothing is imported or run.

A route is a function at the top of a module; a command route constructs a class of a `commands` module, field by field.
That class stands in a `match` of the rules of its aggregate, and what that case calls constructs classes of its events.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

METHODS = {"get", "post", "put", "patch", "delete"}
RUNS = {"run", "kept"}  # of `Commands`: what decides a command
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Definition:
    """Where a function or a class is defined."""

    module: str
    node: Function | ast.ClassDef


@dataclass
class Sources:
    """The source of the packages below `root`, by dotted name."""

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

    def names(self, module: str) -> dict[str, str]:
        """What the names of a module stand for: `package.module.name` or `package.module`."""
        tree = self.tree(module)
        found: dict[str, str] = {}
        for node in tree.body if tree else ():
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found[node.name] = f"{module}.{node.name}"
        return found

    def full_name(self, module: str, expression: ast.expr) -> str | None:
        """What a name, or a name of a module that was imported, stands for."""
        match expression:
            case ast.Name(id=name):
                return self.names(module).get(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self.names(module):
                return f"{self.names(module)[name]}.{attribute}"
        return None

    def definition(self, module: str, expression: ast.expr) -> Definition | None:
        """The function or class that an expression names, wherever below `root` it is defined."""
        where, _, name = (self.full_name(module, expression) or "").rpartition(".")
        tree = self.tree(where) if where else None
        for node in tree.body if tree else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
                return Definition(where, node)
        return None

    def fields(self, of: Definition) -> set[str]:
        """The fields of a model, with those that it inherits."""
        assert isinstance(of.node, ast.ClassDef)
        bases = [found for each in of.node.bases if (found := self.definition(of.module, each))]
        own = {
            each.target.id
            for each in of.node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        }
        return own.union(*(self.fields(each) for each in bases))


@dataclass(frozen=True)
class Route:
    """A function that answers requests."""

    module: str
    node: Function
    nested: bool

    @property
    def place(self) -> str:
        """Where it stands, for a message of a test."""
        return f"{self.module}.{self.node.name}"


@dataclass
class Walk:
    """The walk through one service: its routes, and the faults that it found."""

    sources: Sources
    service: str
    reached: dict[str, set[str]] = field(default_factory=dict)  # command route: the events it may lead to

    @cached_property
    def faults(self) -> list[str]:
        """What stops the walk, by place; [] is well."""
        return [f"{route.place}: {fault}" for route in self.routes() for fault in self._faults_of(route)]

    def routes(self) -> Iterator[Route]:
        """Every function with a router's decorator, at the top of its module or not."""
        folder = self.sources.root / "services" / self.service
        for file in sorted(folder.rglob("*.py")):
            module = ".".join(file.relative_to(self.sources.root).with_suffix("").parts).removesuffix(".__init__")
            tree = self.sources.tree(module)
            assert tree
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_routes, node.decorator_list)):
                    yield Route(module, node, nested=node not in tree.body)

    def _faults_of(self, route: Route) -> Iterator[str]:
        if route.nested:
            yield "is not at the top of its module"
        commands = self._commands_of(route)
        if not commands and not _decides(route.node):
            return
        if not commands:
            yield "decides a command that it does not construct"
        for call, command in commands:
            if call.args or any(each.arg is None for each in call.keywords):
                yield f"{command.node.name} is not constructed field by field"
            events = self._events_of(command)
            self.reached.setdefault(route.place, set()).update(events)
            if not events:
                yield f"{command.node.name} leads to no event in a match of its rules"
        yield from self._unread(route, commands)

    def _commands_of(self, route: Route) -> list[tuple[ast.Call, Definition]]:
        """The commands that a route constructs."""
        calls = [node for node in ast.walk(route.node) if isinstance(node, ast.Call)]
        found = [(call, self.sources.definition(route.module, call.func)) for call in calls]
        return [(call, each) for call, each in found if each and _is_of(each, self.service, "commands")]

    def _unread(self, route: Route, commands: list[tuple[ast.Call, Definition]]) -> Iterator[str]:
        """The fields of a body that reach no command, and those that no command has and the route does not read."""
        taken = set().union(*(self.sources.fields(command) for _, command in commands))
        in_commands = [each.value for call, _ in commands for each in call.keywords]
        for argument in (*route.node.args.args, *route.node.args.kwonlyargs):
            body = self.sources.definition(route.module, argument.annotation) if argument.annotation else None
            if body is None or not isinstance(body.node, ast.ClassDef):
                continue
            read = _read(argument.arg, in_commands)
            elsewhere = _read(argument.arg, route.node.body)
            for name in sorted(self.sources.fields(body)):
                if name not in (read if name in taken else elsewhere):
                    yield f"the field {name} of the body never reaches a command"

    def _events_of(self, command: Definition) -> set[str]:
        """The events that the rules construct in the cases of a command."""
        package = command.module.rpartition(".")[0]
        aggregate = self.sources.tree(f"{package}.aggregate")
        calls = [node for node in ast.walk(aggregate) if isinstance(node, ast.Call)] if aggregate else []
        found: set[str] = set()
        for name in (each for call in calls for each in call.args):
            decide = self.sources.definition(f"{package}.aggregate", name)
            if decide and decide.node.name.startswith("decide"):
                found |= self._in_cases(decide, command, set())
        return found

    def _in_cases(self, function: Definition, command: Definition, seen: set[str]) -> set[str]:
        """The events of the cases of a `match` that name the command, and of functions that match on it further."""
        found: set[str] = set()
        for case in (node for node in ast.walk(function.node) if isinstance(node, ast.match_case)):
            named = [self.sources.definition(function.module, each) for each in _classes(case.pattern)]
            if command in named:
                found |= self._constructed(function.module, case.body, command, seen)
        return found

    def _constructed(self, module: str, body: list[ast.stmt], command: Definition, seen: set[str]) -> set[str]:
        """The events that statements construct, with all that they call in the rules of the service."""
        found: set[str] = set()
        for call in (node for each in body for node in ast.walk(each) if isinstance(node, ast.Call)):
            of = self.sources.definition(module, call.func)
            if of is None or not of.module.startswith(f"services.{self.service}."):
                continue
            if _is_of(of, self.service, "events"):
                found.add(of.node.name)
            elif isinstance(of.node, ast.FunctionDef) and (place := f"{of.module}.{of.node.name}") not in seen:
                matches_on = self._in_cases(of, command, {*seen, place})
                found |= matches_on or self._constructed(of.module, of.node.body, command, {*seen, place})
        return found


def _routes(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in METHODS
        and any(isinstance(each, ast.Constant) and str(each.value).startswith("/") for each in decorator.args)
    )


def _decides(route: Function) -> bool:
    """Whether it calls `commands.run` or `commands.kept`."""
    return any(
        isinstance(node.func, ast.Attribute)
        and node.func.attr in RUNS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "commands"
        for node in ast.walk(route)
        if isinstance(node, ast.Call)
    )


def _is_of(definition: Definition, service: str, module: str) -> bool:
    """Whether it is a class of a module of that name, or of a package of that name."""
    inside = definition.module.startswith(f"services.{service}.")
    return inside and isinstance(definition.node, ast.ClassDef) and module in definition.module.split(".")


def _read(name: str, nodes: list[ast.expr] | list[ast.stmt]) -> set[str]:
    """The attributes of a variable that are read in these nodes."""
    return {
        node.attr
        for each in nodes
        for node in ast.walk(each)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }


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
