"""Figures as people read them: numbers, and tables of lines as text and as HTML."""

from collections.abc import Iterable, Sequence
from html import escape

from simulator.backtest.summary import COLUMNS, Key, Line

Lines = Iterable[tuple[Key, Line]]


def written(figure: float | int | None) -> str:
    """Return a figure as people read it.

    >>> written(1234.5), written(12), written(0.24), written(0.0144), written(None)
    ('1,234.50', '12', '0.24', '0.0144', '')
    """
    if figure is None:
        return ""
    if isinstance(figure, int):
        return f"{figure:,}"
    return f"{figure:.4f}" if 0 < abs(figure) < 1 and round(figure, 2) != figure else f"{figure:,.2f}"


def headings(names: Sequence[str]) -> list[str]:
    """Return the headings of a table whose lines are told apart by what has these names."""
    return [*names, *(name.replace("_", " ") for name in COLUMNS)]


def text_table(names: Sequence[str], lines: Lines) -> str:
    """Return lines as text in columns."""
    rows = [headings(names), *([*key, *map(written, line)] for key, line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column < len(names) else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def html_table(names: Sequence[str], lines: Lines) -> str:
    """Return lines as a table of HTML; what tells them apart is of the class `text`."""
    head = _row("th", headings(names), len(names))
    body = "".join(_row("td", [*key, *map(written, line)], len(names)) for key, line in lines)
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, texts: Sequence[str], names: int) -> str:
    opening = (f'<{tag} class="text">' if column < names else f"<{tag}>" for column in range(len(texts)))
    return f"<tr>{''.join(f'{opens}{escape(text)}</{tag}>' for opens, text in zip(opening, texts, strict=True))}</tr>"
