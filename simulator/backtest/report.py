"""A page about a backtest that stands alone: figures as tables and drawings, with the script that draws them inside.

Drawn are net profit so far and how far it fell, profit by market, prices asked for against prices matched, matched
prices against starting prices, what models and latencies make of the profit, and the ladder of one runner over time,
with the orders of one run on it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from importlib import import_module
from typing import Any, Final, TypeVar

from simulator import __version__
from simulator.backtest.course import Course, Ladder, course
from simulator.backtest.results import RUN, Results
from simulator.backtest.rows import FillRow, OrderRow
from simulator.backtest.summary import Key, Line, breakdowns, equity, falls
from simulator.backtest.tables import html_table

MOST_POINTS: Final = 5_000
"""How many orders one drawing shows; of more an even selection."""
MOST_LINES: Final = 200
"""How long a table is."""
LOWER: Final = "lower"
HIGHER: Final = "higher"
"""Where a price is drawn that is in no row of the ladder."""
_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 96rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; display: block }
table { overflow-x: auto; font-size: 13px }
th, td { padding: .2rem .5rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap }
th { font-weight: 600 } .text { text-align: left } .note { color: #666 }
"""


Row = TypeVar("Row", OrderRow, FillRow)


class PlotlyMissing(Exception):
    """The package that draws is not installed; the sentence says what to do."""


def report(results: Results, title: str) -> str:
    """Return the page; raise `PlotlyMissing`."""
    try:
        graphs: Any = import_module("plotly.graph_objects")
        offline: Any = import_module("plotly.offline")
    except ImportError:
        raise PlotlyMissing("reports are drawn by plotly: pip install 'betsim[backtest]'.") from None
    drawings = "".join(
        f"<h2>{escape(heading)}</h2>{_drawn(figure, number)}"
        for number, (heading, figure) in enumerate(_drawings(results, graphs))
    )
    tables = "".join(
        f"<h2>{escape(each.heading)}</h2>{_table((*RUN, *each.names), each.lines.items())}"
        for each in breakdowns(results.rows)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><script>{offline.get_plotlyjs()}</script></head><body>"
        f"<h1>{escape(title)}</h1>{_facts(results)}"
        f"{_table(RUN, results.summary.items())}{drawings}"
        f"{tables}{results.told_as_html()}</body></html>\n"
    )


def _drawn(figure: Any, number: int) -> str:
    html: str = figure.to_html(full_html=False, include_plotlyjs=False, div_id=f"drawing-{number}")
    return html


def _facts(results: Results) -> str:
    unsettled = {row.market_id for row in results.rows.markets if row.matched_orders and row.settled_at is None}
    facts = [f"{results.markets:,} markets, {results.updates:,} updates", f"betsim {__version__}"]
    if unsettled:
        have = "market has" if len(unsettled) == 1 else "markets have"
        facts.append(f"{len(unsettled):,} {have} bets that are not settled")
    return f'<p class="note">{escape("; ".join(facts))}</p>'


def _table(names: Sequence[str], lines: Iterable[tuple[Key, Line]]) -> str:
    every = list(lines)
    rest = len(every) - MOST_LINES
    note = f'<p class="note">{rest:,} more are in the tables beside this page.</p>' if rest > 0 else ""
    return html_table(names, every[:MOST_LINES]) + note


# Drawings


def _drawings(results: Results, graphs: Any) -> Iterator[tuple[str, Any]]:
    runs = list(results.summary)
    yield "Net profit so far, and how far it fell", _equity(results, runs, graphs)
    yield "Net profit by market", _by_market(results, graphs)
    matched = [order for order in results.rows.orders if order.average_price_matched]
    yield (
        "Prices asked for and prices matched",
        _prices(matched, "price", "average_price_filled", "price asked for", graphs),
    )
    if any(order.starting_price for order in matched):
        yield (
            "Prices matched and starting prices",
            _prices(matched, "starting_price", "average_price_matched", "starting price", graphs),
        )
    yield "What models and settings make of it", _sensitivity(results, graphs)
    shown = course(results)
    if shown is not None:
        yield (
            f"Offers of {shown.runner_name} in market {shown.market_id}, and the orders of {shown.run}, {shown.model}",
            _course(shown, graphs),
        )


def _equity(results: Results, runs: Sequence[Key], graphs: Any) -> Any:
    figure = graphs.Figure()
    for run, model in runs:
        curve = equity(row for row in results.rows.markets if (row.run, row.model) == (run, model))
        sent = [order.sent_at for order in results.rows.orders if (order.run, order.model) == (run, model)]
        curve[:0] = [(min(at for at in sent if at is not None), 0.0)] if any(sent) else []
        times, totals = [_time(at) for at, _ in curve], [total for _, total in curve]
        name = f"{run}, {model}"
        figure.add_scatter(x=times, y=totals, name=name, mode="lines+markers", legendgroup=name)
        figure.add_scatter(
            x=times,
            y=[0.0 - fall for fall in falls(totals)],
            name=f"fall of {name}",
            fill="tozeroy",
            line={"width": 0},
            opacity=0.3,
            legendgroup=name,
        )
    return figure


def _by_market(results: Results, graphs: Any) -> Any:
    figure = graphs.Figure()
    for run, model in results.summary:
        rows = [row for row in results.rows.markets if (row.run, row.model) == (run, model) and row.orders]
        figure.add_bar(x=[row.market_id for row in rows], y=[row.net_profit for row in rows], name=f"{run}, {model}")
    figure.update_xaxes(type="category")
    return figure


def _prices(orders: Sequence[OrderRow], other: str, price: str, title: str, graphs: Any) -> Any:
    figure = graphs.Figure()
    highest = 2.0
    for side in ("BACK", "LAY"):
        chosen = _selection(
            [order for order in orders if order.side == side and getattr(order, other) and getattr(order, price)]
        )
        if not chosen:
            continue
        across, up = [getattr(order, other) for order in chosen], [getattr(order, price) for order in chosen]
        highest = max(highest, *across, *up)
        words = [f"{order.runner_name}, {order.size_matched} in {order.market_id}" for order in chosen]
        figure.add_scatter(x=across, y=up, text=words, mode="markers", name=side)
    figure.add_scatter(x=[1, highest], y=[1, highest], mode="lines", name="the same", line={"dash": "dot"})
    figure.update_xaxes(title=title, type="log")
    figure.update_yaxes(title="price matched", type="log")
    return figure


def _selection(rows: Sequence[Row]) -> Sequence[Row]:
    return rows[:: len(rows) // MOST_POINTS + 1]


def _sensitivity(results: Results, graphs: Any) -> Any:
    figure = graphs.Figure()
    models = list(dict.fromkeys(model for _, model in results.summary))
    for model in models:
        lines = {run: line.net_profit for (run, each), line in results.summary.items() if each == model}
        figure.add_bar(x=list(lines), y=list(lines.values()), name=model)
    figure.update_yaxes(title="net profit")
    return figure


def _course(shown: Course, graphs: Any) -> Any:
    figure = graphs.Figure()
    ladder = shown.ladder
    rows = [
        f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}"
        for lowest, highest in zip(ladder.lowest, ladder.highest, strict=True)
    ]
    if len(ladder.times) > 1:
        # A heat map on an axis with more categories than its own is not drawn at all.
        nothing = [None] * (len(ladder.times) - 1)
        for name, sizes, colours, place in (
            ("to back", ladder.backs, "Blues", 1.0),
            ("to lay", ladder.lays, "Reds", 1.08),
        ):
            # What waits at a time does so until the next one: a column is from one to the other.
            figure.add_heatmap(
                x=[_time(at) for at in ladder.times],
                y=[LOWER, *rows, HIGHER],
                z=[nothing, *(row[:-1] for row in sizes), nothing],
                zmin=0,
                zmax=_usual_most(sizes),
                name=name,
                colorscale=colours,
                opacity=0.8,
                colorbar={"title": name, "x": place, "thickness": 12},
                hovertemplate=f"%{{z:.2f}} {name} at %{{y}}, %{{x}}<extra></extra>",
            )
    times = [_time(at) for at in shown.times]
    for name, prices, colour in (("best to back", shown.backs, "#08519c"), ("best to lay", shown.lays, "#a50f15")):
        places = [None if price is None else _row_of(price, ladder, rows) for price in prices]
        line = {"shape": "hv", "width": 1, "color": colour}
        figure.add_scatter(x=times, y=places, text=prices, name=name, mode="lines", line=line)
    for side, symbol in (("BACK", "triangle-up"), ("LAY", "triangle-down")):
        _add_own(shown, side, symbol, rows, figure)
    figure.update_yaxes(type="category", categoryarray=[LOWER, *rows, HIGHER], categoryorder="array", title="price")
    figure.update_layout(height=800, legend={"orientation": "h"})
    return figure


def _add_own(shown: Course, side: str, symbol: str, rows: Sequence[str], figure: Any) -> None:
    """Add the orders of a side where they were placed, and their matches where they were made."""
    orders = _selection([order for order in shown.orders if order.side == side and order.price and order.sent_at])
    figure.add_scatter(
        x=[_time(order.placed_at or order.sent_at or 0) for order in orders],
        y=[_row_of(order.price or 0.0, shown.ladder, rows) for order in orders],
        text=[
            f"{order.size} at {order.price} asked for, {order.size_matched} matched, {order.refusal or order.status}"
            for order in orders
        ],
        name=f"{side} placed",
        mode="markers",
        marker={"symbol": f"{symbol}-open", "size": 11, "color": "black", "line": {"width": 2}},
    )
    fills = _selection([fill for fill in shown.fills if fill.side == side])
    figure.add_scatter(
        x=[_time(fill.at) for fill in fills],
        y=[_row_of(fill.price, shown.ladder, rows) for fill in fills],
        text=[f"{fill.size} matched at {fill.price}, {fill.how}" for fill in fills],
        name=f"{side} matched",
        mode="markers",
        marker={"symbol": symbol, "size": 9, "color": "#2ca02c", "line": {"width": 1, "color": "black"}},
    )


def _row_of(price: float, ladder: Ladder, rows: Sequence[str]) -> str:
    """Return the row in which a price is, the nearest below where it is between two."""
    if not rows or price > ladder.highest[-1]:
        return HIGHER
    place = bisect_right(ladder.lowest, price) - 1
    return LOWER if place < 0 else rows[place]


def _usual_most(sizes: Sequence[Sequence[float | None]]) -> float:
    """Return what all but a tenth of sizes do not exceed, so that a few large ones do not make all others pale."""
    every = sorted(size for row in sizes for size in row if size is not None)
    return every[len(every) * 9 // 10] if every else 1.0


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
