"""Follows a request from its route to its events by reading the source of a service: nothing is imported or run.

A route is a function at the top of a module; a command route constructs a class of a `commands` module, field by field,
itself or in a function that it hands the body to. The rules of the aggregate tell that class from others by a `match`
or an `isinstance`, and what stands there constructs classes of its events.
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


@dataclass(frozen=True)
class Scope:
    """A function that a body is handed to, under a name."""

    module: str
    node: Function
    name: str | None
    body: Definition | None


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
        scopes = list(self._scopes(route))
        commands = [each for scope in scopes for each in self._commands_of(scope)]
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
                yield f"{command.node.name} leads to no event by its rules"
        yield from self._unread(scopes, commands)

    def _scopes(self, route: Route) -> Iterator[Scope]:
        """The route, and the functions of the service that it hands its body to; a route without a body is one."""
        bodies = 0
        for argument in (*route.node.args.args, *route.node.args.kwonlyargs):
            body = self.sources.definition(route.module, argument.annotation) if argument.annotation else None
            if body and isinstance(body.node, ast.ClassDef):
                bodies += 1
                yield from self._handed_on(Scope(route.module, route.node, argument.arg, body))
        if not bodies:
            yield Scope(route.module, route.node, None, None)

    def _handed_on(self, scope: Scope) -> Iterator[Scope]:
        yield scope
        for call in _calls(scope.node):
            to = self.sources.definition(scope.module, call.func)
            if to is None or isinstance(to.node, ast.ClassDef) or not to.module.startswith(f"services.{self.service}."):
                continue
            for nth, given in enumerate(call.args):
                if isinstance(given, ast.Name) and given.id == scope.name and nth < len(to.node.args.args):
                    yield from self._handed_on(Scope(to.module, to.node, to.node.args.args[nth].arg, scope.body))

    def _commands_of(self, scope: Scope) -> list[tuple[ast.Call, Definition]]:
        """The commands that a function constructs."""
        found = [(call, self.sources.definition(scope.module, call.func)) for call in _calls(scope.node)]
        return [(call, each) for call, each in found if each and _is_of(each, self.service, "commands")]

    def _unread(self, scopes: list[Scope], commands: list[tuple[ast.Call, Definition]]) -> Iterator[str]:
        """The fields of a body that reach no command, and those that no command has and nothing reads."""
        taken = set().union(*(self.sources.fields(command) for _, command in commands))
        in_commands = [each.value for call, _ in commands for each in call.keywords]
        read = {name for each in scopes for name in _read(each.name, in_commands)}
        elsewhere = {name for each in scopes for name in _read(each.name, each.node.body)}
        for name in sorted(set().union(*(self.sources.fields(each.body) for each in scopes if each.body))):
            if name not in (read if name in taken else elsewhere):
                yield f"the field {name} of the body never reaches a command"

    def _events_of(self, command: Definition) -> set[str]:
        """The events that the rules construct for a command."""
        package = command.module.rpartition(".")[0]
        aggregate = self.sources.tree(f"{package}.aggregate")
        calls = _calls(aggregate) if aggregate else []
        found: set[str] = set()
        for name in (each for call in calls for each in call.args):
            decide = self.sources.definition(f"{package}.aggregate", name)
            if decide and decide.node.name.startswith("decide"):
                found |= self._in_cases(decide, command, set())
        return found

    def _in_cases(self, function: Definition, command: Definition, seen: set[str]) -> set[str]:
        """The events of what a function does with that command; all that it does when it has but one."""
        found: set[str] = set()
        for kinds, body in _branches(function.node):
            if command in [self.sources.definition(function.module, each) for each in kinds]:
                found |= self._constructed(function.module, body, command, seen)
        if not any(isinstance(node, ast.Match) for node in ast.walk(function.node)):
            found |= self._constructed(function.module, function.node.body, command, seen)
        return found

    def _constructed(self, module: str, body: list[ast.stmt], command: Definition, seen: set[str]) -> set[str]:
        """The events that statements construct, or name to a function that does, with all that they call."""
        found: set[str] = set()
        for call in (node for each in body for node in _calls(each) if not _is_name(node.func, "isinstance")):
            for of in filter(None, (self.sources.definition(module, each) for each in (call.func, *call.args))):
                if _is_of(of, self.service, "events"):
                    found.add(of.node.name)
            of_call = self.sources.definition(module, call.func)
            if of_call and isinstance(of_call.node, ast.FunctionDef) and of_call.module.startswith("services."):
                place = f"{of_call.module}.{of_call.node.name}"
                if place not in seen:
                    further = self._in_cases(of_call, command, {*seen, place})
                    found |= further or self._constructed(of_call.module, of_call.node.body, command, {*seen, place})
        return found


def _routes(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in METHODS
        and isinstance(decorator.func.value, ast.Name)
        and decorator.func.value.id.endswith("router")
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


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _calls(node: ast.AST) -> list[ast.Call]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Call)]


def _read(name: str | None, nodes: list[ast.expr] | list[ast.stmt]) -> set[str]:
    """The attributes of a variable that are read in these nodes."""
    return {
        node.attr
        for each in nodes
        for node in ast.walk(each)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }


def _branches(function: ast.AST) -> Iterator[tuple[list[ast.expr], list[ast.stmt]]]:
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
