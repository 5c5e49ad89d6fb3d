"""Follows a request from its route to its events by reading the source of a service: nothing is imported or run.

A route is a function at the top of a module; a command route constructs a class of a `commands` module, field by field,
itself or in a function that it hands the body to. The rules of the aggregate tell that class from others by a `match`
or an `isinstance`, and what stands there constructs classes of its events.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tests.sources import Definition, Function, Sources, attributes_of, branches, calls, with_variables

METHODS = {"get", "post", "put", "patch", "delete"}
RUNS = {"run", "answer"}  # of `Commands`: what decides a command
NO_EVENT = "no event"  # of a command that says itself that it leads to none


@dataclass(frozen=True)
class Route:
    """A function that answers requests."""

    definition: Definition
    nested: bool

    @property
    def node(self) -> Function:
        """The function."""
        assert not isinstance(self.definition.node, ast.ClassDef)
        return self.definition.node


@dataclass(frozen=True)
class Scope:
    """A function that a body is handed to under a name, and the classes of commands that are handed to it."""

    module: str
    node: Function
    name: str | None = None
    body: Definition | None = None
    classes: Mapping[str, Definition] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A command that a function constructs."""

    scope: Scope
    call: ast.Call
    command: Definition


@dataclass
class Walk:
    """The walk through one service: its routes, and the faults that it found."""

    sources: Sources
    service: str
    reached: dict[str, set[str]] = field(default_factory=dict)  # command route: the events it may lead to

    @cached_property
    def faults(self) -> list[str]:
        """What stops the walk, by place; [] is well."""
        return [f"{route.definition.place}: {fault}" for route in self.routes() for fault in self._faults_of(route)]

    def routes(self) -> Iterator[Route]:
        """Every function with a router's decorator, at the top of its module or not."""
        for module, tree in self.sources.modules(f"services.{self.service}"):
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_routes, node.decorator_list)):
                    yield Route(Definition(module, node), nested=node not in tree.body)

    def _faults_of(self, route: Route) -> Iterator[str]:
        if route.nested:
            yield "is not at the top of its module"
        scopes = list(self._scopes(route))
        made = [each for scope in scopes for each in self._made(scope)]
        if not made and any(_decides(each.node) for each in scopes):
            yield "decides a command that it does not construct"
        for each in made:
            if each.call.args or any(keyword.arg is None for keyword in each.call.keywords):
                yield f"{each.command.node.name} is not constructed field by field"
            events = self._events_of(each.command)
            self.reached.setdefault(route.definition.place, set()).update(events)
            if not events:
                yield f"{each.command.node.name} leads to no event by its rules"
        if made:
            yield from self._unread(scopes, made)

    def _scopes(self, route: Route) -> Iterator[Scope]:
        """The route, and the functions of the service that it hands its body to."""
        module, bodies = route.definition.module, 0
        for argument in (*route.node.args.args, *route.node.args.kwonlyargs):
            body = self.sources.definition(module, argument.annotation)
            if body and isinstance(body.node, ast.ClassDef):
                bodies += 1
                yield from self._handed_on(Scope(module, route.node, argument.arg, body))
        if not bodies:
            yield Scope(module, route.node)

    def _handed_on(self, scope: Scope) -> Iterator[Scope]:
        yield scope
        for call in calls(scope.node):
            to = self.sources.definition(scope.module, call.func)
            if to is None or isinstance(to.node, ast.ClassDef) or not to.module.startswith(f"services.{self.service}."):
                continue
            given = dict(zip((each.arg for each in to.node.args.args), call.args, strict=False))
            named = {name: self.sources.definition(scope.module, each) for name, each in given.items()}
            classes = {name: each for name, each in named.items() if each and self._is(each, "commands")}
            for name, each in given.items():
                if isinstance(each, ast.Name) and each.id == scope.name:
                    yield from self._handed_on(Scope(to.module, to.node, name, scope.body, classes))

    def _made(self, scope: Scope) -> Iterator[Made]:
        """The commands that a function constructs, by the name of a class or of a variable that holds one."""
        for call in calls(scope.node):
            held = scope.classes.get(call.func.id) if isinstance(call.func, ast.Name) else None
            command = held or self.sources.definition(scope.module, call.func)
            if command and self._is(command, "commands"):
                yield Made(scope, call, command)

    def _unread(self, scopes: list[Scope], made: list[Made]) -> Iterator[str]:
        """The fields of a body that reach no command, and those that no command has and nothing reads.

        A body in a list is handed on whole: what no command has is read where the list is.
        """
        taken = set().union(*(self.sources.fields(each.command) for each in made))
        read, elsewhere = set[str](), set[str]()
        for each in made:
            values = [keyword.value for keyword in each.call.keywords]
            read |= attributes_of(each.scope.name, with_variables(each.scope.node, values))
        for scope in scopes:
            elsewhere |= attributes_of(scope.name, scope.node.body)
            if scope.body and _listed(scope):
                elsewhere |= self.sources.fields(scope.body) - taken
        for name in sorted(set().union(*(self.sources.fields(each.body) for each in scopes if each.body))):
            if name not in (read if name in taken else elsewhere):
                yield f"the field {name} of the body never reaches a command"

    def _events_of(self, command: Definition) -> set[str]:
        """The events that the rules construct for a command."""
        aggregate = f"{command.module.rpartition('.')[0]}.aggregate"
        tree = self.sources.tree(aggregate)
        named = [each for call in calls(tree) for each in call.args] if tree else []
        decides = [found for each in named if (found := self.sources.definition(aggregate, each))]
        deciding = [each for each in decides if each.node.name.startswith("decide")]
        return set().union(*(self._in_branches(each, command, set()) for each in deciding))

    def _in_branches(self, function: Definition, command: Definition, seen: set[str]) -> set[str]:
        """The events of what a function does with that command; all that it does when it tells no commands apart."""
        found: set[str] = set()
        for kinds, body in branches(function.node):
            if command in [self.sources.definition(function.module, each) for each in kinds]:
                found |= self._constructed(function.module, body, command, seen)
        if not any(isinstance(node, ast.Match) for node in ast.walk(function.node)):
            found |= self._constructed(function.module, function.node.body, command, seen)
        return found

    def _constructed(self, module: str, body: list[ast.stmt], command: Definition, seen: set[str]) -> set[str]:
        """The events that statements construct, or name to a function that does, with all that they call."""
        found: set[str] = set()
        for call in (node for each in body for node in calls(each)):
            if isinstance(call.func, ast.Name) and call.func.id == "isinstance":
                continue
            named = [self.sources.definition(module, each) for each in (call.func, *call.args)]
            found |= {each.node.name for each in named if each and self._is(each, "events")}
            to = named[0]
            if (
                to
                and isinstance(to.node, ast.FunctionDef)
                and to.module.startswith("services.")
                and to.place not in seen
            ):
                on = {*seen, to.place}
                further = self._in_branches(to, command, on) or self._constructed(to.module, to.node.body, command, on)
                found |= further or ({NO_EVENT} if _answers_none(to.node) else set())
        return found

    def _is(self, definition: Definition, module: str) -> bool:
        return definition.is_class_of(self.service, module)


def _routes(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else None
    of = called.value if isinstance(called, ast.Attribute) and called.attr in METHODS else None
    return isinstance(of, ast.Name) and of.id.endswith("router")


def _decides(function: Function) -> bool:
    """Whether it calls `commands.run` or `commands.kept`."""
    called = [each.func for each in calls(function) if isinstance(each.func, ast.Attribute) and each.func.attr in RUNS]
    return any(isinstance(each.value, ast.Name) and each.value.id == "commands" for each in called)


def _listed(scope: Scope) -> bool:
    """Whether the body is handed on in a list."""
    lists = [each for call in calls(scope.node) for each in call.args if isinstance(each, ast.List | ast.Tuple)]
    return any(isinstance(each, ast.Name) and each.id == scope.name for one in lists for each in one.elts)


def _answers_none(function: ast.FunctionDef) -> bool:
    """Whether all that it returns is the empty list: the command leads to no event, and says so."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(returned) and all(isinstance(each, ast.List) and not each.elts for each in returned)
