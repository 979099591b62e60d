"""Numbers as the stream prints them: `2` and never `2.0`, unlike the services over HTTP (recorded)."""

from fractions import Fraction

from simulator.exchange.money import HUNDREDTHS, NoPrice, Price


def number(hundredths: int) -> int | float:
    """Return pence or hundredths as the number that is printed."""
    whole, rest = divmod(hundredths, HUNDREDTHS)
    return hundredths / HUNDREDTHS if rest else whole


def number_of_thousandths(thousandths: int) -> int | float:
    """Return thousandths as the number that is printed."""
    whole, rest = divmod(thousandths, 1000)
    return thousandths / 1000 if rest else whole


def whole_or_double(value: float) -> int | float:
    """Return a double as the number that is printed."""
    return int(value) if value.is_integer() else value


def starting_price(price: Price) -> int | float | str:
    """Return a starting price with all its decimals, or the word for what is none."""
    if isinstance(price, Fraction):
        return whole_or_double(float(price))
    return "Infinity" if price is NoPrice.INFINITY else "NaN"
