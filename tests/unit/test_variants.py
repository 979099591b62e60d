"""What of a strategy is run: what cannot be run is said in one sentence before anything is read."""

from pathlib import Path

import pytest

from simulator.backtest import planning
from simulator.backtest.job import Job
from simulator.backtest.lane import Settings
from simulator.backtest.latency import Latency
from simulator.backtest.models import MODELS
from simulator.backtest.planning import fingerprint
from simulator.backtest.variants import WrongStrategy, check_parameters, strategy_class, variants

STRATEGY = """
class Backs:
    def __init__(self, stake=2.0, runner=1):
        self.stake, self.runner = stake, runner

    def on_market(self, market, orders):
        pass


class Typed:
    def __init__(self, stake: float = 2.0, runners: "int" = 1, is_bold: bool = False, country: str = "", other=0):
        pass

    def on_close(self, market):
        pass


class Nothing:
    pass
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "strategy.py"
    file.write_text(STRATEGY)
    return file


def test_every_combination_of_parameters_latencies_and_models_is_a_run() -> None:
    runs = variants(["stake=2,4.5", "is_bold=true"], "queue,optimistic", [0, 120])
    assert [(run.name, run.model) for run in runs] == [
        (f"stake={stake} is_bold=True latency={latency}", model)
        for stake in (2, 4.5)
        for latency in (0, 120)
        for model in ("queue", "optimistic")
    ]
    assert runs[-1].settings(Settings()) == Settings(model="optimistic", latency=Latency.fixed(120))


def test_without_anything_there_is_one_run_and_all_is_every_model() -> None:
    assert [(run.name, run.model) for run in variants([], "queue")] == [("default", "queue")]
    assert [run.model for run in variants([], "all")] == list(MODELS)


@pytest.mark.parametrize(
    ("settings", "models", "sentence"),
    [
        (["stake"], "queue", "--set stake: parameters are set as `name=value` or `name=value,value`."),
        (["=2"], "queue", "--set =2: parameters are set as `name=value` or `name=value,value`."),
        (["a b=2"], "queue", "--set a b=2: parameters are set as `name=value` or `name=value,value`."),
        (["a=1", "a=2"], "queue", "--set a=2: a is set twice; several values are `a=value,value`."),
        ([], "best", "there is no model 'best'; there are optimistic, queue, pessimistic, and `all` for these."),
    ],
)
def test_what_cannot_be_set_is_said(settings: list[str], models: str, sentence: str) -> None:
    with pytest.raises(WrongStrategy) as wrong:
        variants(settings, models)
    assert str(wrong.value) == sentence


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), ("1E3", 1000.0), ("-2", -2), ("2.", 2.0), (".5", 0.5), ("010", 10), ("true", True), ("GB", "GB")],
)
def test_numbers_are_written_as_everywhere(text: str, value: object) -> None:
    (run,) = variants([f"a={text}"], "queue")
    assert (run.parameters["a"], type(run.parameters["a"])) == (value, type(value))


def test_half_a_character_is_no_value() -> None:
    with pytest.raises(WrongStrategy, match=r"^--set a=.* is no value: .*surrogates not allowed\.$"):
        variants(['a="\\ud800"'], "queue")


@pytest.mark.parametrize("text", ["1e400", "9" * 5000, "2021-13-45"])
def test_numbers_and_dates_that_cannot_be_are_named(text: str) -> None:
    with pytest.raises(WrongStrategy, match=rf"^--set a={text}: '{text}' is no value: "):
        variants([f"a={text}"], "queue")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("stake=abc", "stake is 'abc', and it is to be float."),
        ("stake=true", "stake is True, and it is to be float."),
        ("stake=", "stake is None, and it is to be float."),
        ("runners=2.5", "runners is 2.5, and it is to be int."),
        ("is_bold=1", "is_bold is 1, and it is to be bool."),
        ("country=NO", "country is False, and it is to be str; a text that could be something else stands in quotes."),
    ],
)
def test_a_value_of_another_kind_than_the_strategy_takes_is_said(settings: str, sentence: str, script: Path) -> None:
    strategy = strategy_class(f"{script}:Typed")
    (run,) = variants([settings], "queue")
    with pytest.raises(WrongStrategy) as wrong:
        check_parameters(strategy, run.parameters, "s.py:Typed")
    assert str(wrong.value) == f"s.py:Typed cannot be made: {sentence}"


@pytest.mark.parametrize("settings", ["stake=2", "stake=1e-3", "runners=3", "is_bold=yes", "country='NO'", "other=[]"])
def test_a_value_of_the_kind_that_the_strategy_takes_is_taken(settings: str, script: Path) -> None:
    (run,) = variants([settings], "queue")
    check_parameters(strategy_class(f"{script}:Typed"), run.parameters, "s.py:Typed")


def test_a_value_that_is_none_is_named() -> None:
    with pytest.raises(WrongStrategy, match=r"^--set a=\[1: '\[1' is no value: "):
        variants(["a=[1"], "queue")


def test_a_strategy_is_a_class_of_a_file_and_the_same_each_time(script: Path) -> None:
    found = strategy_class(f"{script}:Backs")
    assert found(stake=3.0).stake == 3.0
    assert strategy_class(f"{script}:Backs") is found


def test_a_strategy_is_a_class_of_a_module() -> None:
    assert strategy_class("simulator.backtest.strategy:Strategy").__name__ == "Strategy"


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("{script}", "'{script}' is no strategy: one is named as `strategy.py:Name`."),
        ("{script}:", "'{script}:' is no strategy: one is named as `strategy.py:Name`."),
        ("{script}:Lays", "{script} has no class 'Lays'; there are Backs, Typed, Nothing."),
        ("{script}:Nothing", "{script}:Nothing is no strategy: it has none of on_market, on_orders, on_close."),
        ("nowhere.py:Backs", "there is no file nowhere.py."),
        ("no.such.module:Backs", "module no.such.module cannot be imported: ModuleNotFoundError: "),
    ],
)  # fmt: skip
def test_what_is_no_strategy_is_said(reference: str, sentence: str, script: Path) -> None:
    with pytest.raises(WrongStrategy) as wrong:
        strategy_class(reference.format(script=script))
    assert str(wrong.value).startswith(sentence.format(script=script))


@pytest.mark.parametrize("ends", ["raise SystemExit(3)", "import asyncio; raise asyncio.CancelledError(3)"])
def test_a_file_that_ends_the_program_where_it_is_loaded_is_said(ends: str, tmp_path: Path) -> None:
    file = tmp_path / "ends.py"
    file.write_text(ends)
    with pytest.raises(WrongStrategy, match=r"ends\.py cannot be loaded: (SystemExit|CancelledError): 3\.$"):
        strategy_class(f"{file}:Backs")


def test_a_file_that_cannot_be_loaded_is_said_and_can_be_loaded_once_it_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("1 / 0")
    with pytest.raises(WrongStrategy, match=r"broken\.py cannot be loaded: ZeroDivisionError: division by zero\.$"):
        strategy_class(f"{file}:Backs")
    file.write_text(STRATEGY + "# mended\n")
    assert strategy_class(f"{file}:Backs")


def test_parameters_that_a_strategy_does_not_take_are_said(script: Path) -> None:
    strategy = strategy_class(f"{script}:Backs")
    check_parameters(strategy, {"stake": 3}, "s.py:Backs")
    with pytest.raises(WrongStrategy, match=r"^s\.py:Backs cannot be made: .*'edge'; it takes stake, runner\.$"):
        check_parameters(strategy, {"edge": 3}, "s.py:Backs")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[1,2]", [[1, 2]]),
        ("[1, 2],{a: 1, b: [2,3]},4", [[1, 2], {"a": 1, "b": [2, 3]}, 4]),
        ('\'a,b\',"c\\",d",e', ["a,b", 'c",d', "e"]),
        ("'it''s, so',b", ["it's, so", "b"]),
        ("{a: 'b,]'},c", [{"a": "b,]"}, "c"]),
        ("it's,a[0,b}", ["it's", "a[0", "b}"]),
        ("2,", [2, None]),
    ],
)
def test_commas_part_values_unless_they_are_in_brackets_or_quotes(text: str, values: list[object]) -> None:
    assert [run.parameters["a"] for run in variants([f"a={text}"], "queue")] == values


@pytest.mark.parametrize("text", ["&a [*a]", "&a {b: *a}", "[" * 5_000 + "]" * 5_000])
def test_a_value_that_contains_itself_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(WrongStrategy) as wrong:
        variants([f"a={text}"], "queue")
    assert str(wrong.value) == f"--set a={text}: it is no value: it contains itself, or too much in itself."


def test_a_set_of_values_has_one_name() -> None:
    (run,) = variants(["a=!!set {d, b, c, a}"], "queue")
    assert run.name == "a={'a', 'b', 'c', 'd'}"


@pytest.mark.parametrize(
    "value", ["{1: 2}", "{1.5: 2}", "{true: 1}", "{null: 1}", "{2021-01-01: 2}", "!!set {a}", "!!binary aGE="]
)
def test_values_of_any_kind_are_those_of_a_job(value: str, script: Path) -> None:
    assert len(prints_of(script, f"runner={value}")) == 1


@pytest.mark.parametrize(
    "values",
    [
        (".nan", ".inf", "-.inf", "null"),
        ("1", "1.0", "true", "'1'"),
        ("{1: 2}", "{'1': 2}", "{true: 2}", "{1.0: 2}", "[[1, 2]]"),
        ("2021-01-01", "'2021-01-01'", "2021-01-01 00:00:00"),
    ],
)
def test_jobs_with_other_values_are_told_apart(values: tuple[str, ...], script: Path) -> None:
    assert len(prints_of(script, *(f"runner={value}" for value in values))) == len(values)


def test_jobs_of_another_betsim_are_told_apart(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prints_of(script, "runner=1")
    monkeypatch.setattr(planning, "__version__", "0.0.1")
    assert before.isdisjoint(prints_of(script, "runner=1"))


def prints_of(script: Path, *settings: str) -> set[str]:
    """What tells jobs apart that differ by the value of a parameter."""
    reference = f"{script}:Backs"
    return {
        fingerprint(Job("9", ("a.bz2",), reference, tuple(variants([setting], "queue")), Settings()))
        for setting in settings
    }
