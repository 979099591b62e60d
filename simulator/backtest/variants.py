"""What of a strategy is run: the class that a reference names, and the parameters it is given, one set a run.

A reference is a file and a name in it, `strategy.py:BackTheFavourite`, or a module and a name, `package.module:Name`.
Parameters are keyword arguments of the class, or with a dot members of one that is a dictionary, as `context.edge`.
Their values are read as YAML: `0.02` is a number, `true` a truth value. Numbers are those of Python: so is `1e-3`.
"""

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import isinf
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct, structs

from simulator.backtest.lane import Settings
from simulator.backtest.latency import Latency
from simulator.backtest.loading import Loaded, NotLoaded, load
from simulator.backtest.models import MODELS

ALL: Final = "all"
DEFAULT_RUN: Final = "default"
CALLED: Final = ("on_market", "on_orders", "on_close")
_NEVER_RUN: Final = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {"int": (int,), "float": (int, float), "bool": (bool,), "str": (str,)}
"""By the annotation of a parameter: what its value may be."""
FLUMINE_STRATEGIES: Final = "flumine.strategy.strategy"
"""The module of flumine's `BaseStrategy`."""


class WrongStrategy(Exception):
    """A strategy, its parameters or a model cannot be had; the sentence says what and why."""


class Variant(Struct, frozen=True):
    """One run of a strategy: its parameters, the model that fills its orders, and how long these are on the way.

    `latency_milliseconds` is `None` where the latency is that of all runs.
    """

    parameters: dict[str, Any]
    model: str
    latency_milliseconds: int | None = None

    @property
    def name(self) -> str:
        """Return its name: the parameters and what latency it has of its own, `default` where there is neither."""
        words = [
            f"{name}={said(value) if isinstance(value, dict | list | set) else value}"
            for name, value in self.parameters.items()
        ]
        if self.latency_milliseconds is not None:
            words.append(f"latency={self.latency_milliseconds}")
        return " ".join(words) or DEFAULT_RUN

    def settings(self, of_all: Settings) -> Settings:
        """Return the settings of its lane, given those of all runs."""
        own = structs.replace(of_all, model=self.model)
        if self.latency_milliseconds is None:
            return own
        return structs.replace(own, latency=Latency.fixed(self.latency_milliseconds))


def strategy_class(reference: str) -> Callable[..., Any]:
    """Return the class that a reference names, as it is now; raise `WrongStrategy` where there is none.

    Of a reference that is `pinned` it is the class as it was then, and `WrongStrategy` where that cannot be had.
    """
    place, name, source = _parts(reference)
    module = _loaded(place, source).module
    found = getattr(module, name, None)
    if not callable(found):
        names = [
            each
            for each, value in vars(module).items()
            if inspect.isclass(value) and value.__module__ == module.__name__
        ]
        there = f"; there are {', '.join(names)}" if names else ""
        raise WrongStrategy(f"{place} has no class {name!r}{there}.")
    if not is_flumine(found) and not any(hasattr(found, each) for each in CALLED):
        raise WrongStrategy(f"{place}:{name} is no strategy: it has none of on_market, on_orders, on_close.")
    _refuse_what_never_runs(found, f"{place}:{name}")
    strategy: Callable[..., Any] = found
    return strategy


def pinned(reference: str) -> str:
    """Return a reference to what another one names now, `strategy.py:Name#source`; raise `WrongStrategy`.

    The source is that of the module and of all its own that it imports: see `own_source`.
    """
    place, name, source = _parts(reference)
    return f"{place}:{name}#{_loaded(place, source).source}"


def absolute(reference: str) -> str:
    """Return a reference that leads to the same file from everywhere; a module stays what it is called."""
    place, colon, named = reference.rpartition(":")
    return f"{Path.cwd() / place}{colon}{named}" if place.endswith(".py") else reference


def _parts(reference: str) -> tuple[str, str, str]:
    """Return the place, the name and the source, which is empty where none is meant."""
    place, _, named = reference.rpartition(":")
    name, _, source = named.partition("#")
    if not place or not name:
        raise WrongStrategy(f"{reference!r} is no strategy: one is named as `strategy.py:Name`.")
    return place, name, source


def _loaded(place: str, source: str) -> Loaded:
    try:
        return load(place, source)
    except NotLoaded as error:
        raise WrongStrategy(str(error)) from error


def _refuse_what_never_runs(found: Any, reference: str) -> None:
    """Raise `WrongStrategy` where a method is one whose body does not run when it is called."""
    for name in CALLED:
        method = getattr(found, name, None)
        if any(is_of_kind(method) for is_of_kind in _NEVER_RUN):
            raise WrongStrategy(f"{reference} is no strategy: {name} is a generator or async, and so would never run.")


def is_flumine(strategy: Any) -> bool:
    """Return whether a class is a strategy of flumine's, without asking flumine, which may not be installed."""
    return any(
        base.__name__ == "BaseStrategy" and base.__module__ == FLUMINE_STRATEGIES
        for base in getattr(strategy, "__mro__", ())
    )


def arguments(strategy: Callable[..., Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that parameters are: `context.edge` is a member of the argument `context`.

    What such an argument has by default and is not set stays as it is.
    """
    found: dict[str, Any] = {}
    for name, value in parameters.items():
        argument, dot, member = name.partition(".")
        if not dot:
            found[argument] = value
            continue
        members = found.get(argument)
        if not isinstance(members, dict):
            known = inspect.signature(strategy).parameters.get(argument)
            members = found[argument] = dict(known.default) if known and isinstance(known.default, dict) else {}
        members[member] = value
    return found


def variants(settings: Iterable[str], models: str, latencies: Sequence[int] = ()) -> list[Variant]:
    """Return every combination of what `name=value,value` texts say, with every model of a list of names, or `all`.

    Where there are several latencies, in milliseconds, there is a run for each.

    Raises `WrongStrategy` for a text of another form, a name that is set twice, two runs of one name, and a model that
    there is not.
    """
    values: dict[str, list[Any]] = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals or not all(part.isidentifier() for part in name.split(".", 1)):
            raise WrongStrategy(f"--set {text}: parameters are set as `name=value` or `name=value,value`.")
        if name in values:
            raise WrongStrategy(f"--set {text}: {name} is set twice; several values are `{name}=value,value`.")
        values[name] = [_value(text, each) for each in _parted(value)]
    for name in values:
        whole = name.partition(".")[0]
        if whole != name and whole in values:
            raise WrongStrategy(f"--set {name}: {whole} is set as a whole, too; it is the one or the other.")
    chosen: Sequence[int | None] = latencies or [None]
    every = [
        Variant(dict(zip(values, combination, strict=True)), model, latency)
        for combination in product(*values.values())
        for latency in chosen
        for model in named_models(models)
    ]
    for (name, _), number in Counter((variant.name, variant.model) for variant in every).items():
        if number > 1:
            raise WrongStrategy(f"there would be two runs called {name!r}: a value is named twice.")
    return every


def said(value: Any) -> str:
    """Return the text of a value that no other value has, the same in every process.

    >>> said({1: [1.0, "1", True]}), said({"b", "a"})
    ("{1: [1.0, '1', True]}", "{'a', 'b'}")

    Raises `RecursionError` for one that contains itself.
    """
    if isinstance(value, dict):
        return f"{{{', '.join(f'{said(name)}: {said(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(said, value))}]"
    if isinstance(value, set):
        return f"{{{', '.join(sorted(map(said, value)))}}}"
    return repr(value)


def _parted(values: str) -> list[str]:
    """Return the values of a text with commas; those in brackets, in braces and in quotes are of a value.

    >>> _parted("2,[1, 2],'a,b'"), _parted("it's,its")
    (['2', '[1, 2]', "'a,b'"], ["it's", 'its'])
    """
    parts = [""]
    depth, quote, begins = 0, "", True
    for character in values:
        if character == "," and not depth and not quote:
            parts.append("")
            begins = True
            continue
        parts[-1] += character
        if quote:
            if character == quote and not (quote == '"' and _ends_escaping(parts[-1][:-1])):
                # Two of them stand for one: the next goes on with what this one has ended.
                quote, begins = "", True
            continue
        if begins and character in "'\"":
            quote = character
        elif character in "[{":
            depth += begins or depth > 0
        elif character in "]}":
            depth -= depth > 0
        begins = not quote and (character.isspace() or ((begins or depth > 0) and character in "[{,:"))
    return parts


def _ends_escaping(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _value(text: str, value: str) -> Any:
    try:
        # YAML takes 1e-3 for a text, and 010 for eight.
        found = _number(value) if _NUMBER.fullmatch(value.strip()) else yaml.safe_load(value)
        said(found)
        # Half of a character, which a shell may hand over, can be in no name of a run.
        str(found).encode()
    except RecursionError:
        raise WrongStrategy(f"--set {text}: it is no value: it contains itself, or too much in itself.") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise WrongStrategy(f"--set {text}: {value!r} is no value: {str(error).splitlines()[0]}.") from error
    return found


def _number(value: str) -> int | float:
    number = float(value)
    if isinf(number):
        raise OverflowError("it is larger than numbers can be")
    try:
        return int(value)
    except ValueError:
        return number


def named_models(names: str) -> list[str]:
    """Return the models of a list of names with commas, of `all` all there are; raise `WrongStrategy` for others."""
    if names == ALL:
        return list(MODELS)
    wanted = [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in MODELS:
            raise WrongStrategy(f"there is no model {name!r}; there are {', '.join(MODELS)}, and `{ALL}` for these.")
    return list(dict.fromkeys(wanted))


def check_parameters(strategy: Callable[..., Any], parameters: Mapping[str, Any], reference: str) -> None:
    """Raise `WrongStrategy` where a strategy does not take parameters of these names, or says that they are of a kind.

    Kinds are those of `int`, `float`, `bool` and `str`, where a parameter is annotated with one of these.
    """
    signature = inspect.signature(strategy)
    given = arguments(strategy, parameters)
    try:
        signature.bind(**given)
    except TypeError as error:
        takes = ", ".join(signature.parameters) or "no parameters"
        raise WrongStrategy(f"{reference} cannot be made: {error}; it takes {takes}.") from error
    for name, value in given.items():
        parameter = signature.parameters.get(name)
        told = None if parameter is None else parameter.annotation
        kind = told if isinstance(told, str) else getattr(told, "__name__", "")
        if type(value) not in _KINDS.get(kind, (type(value),)):
            quotes = "; a text that could be something else stands in quotes" if kind == "str" else ""
            raise WrongStrategy(f"{reference} cannot be made: {name} is {value!r}, and it is to be {kind}{quotes}.")
