"""What all parts of a scenario file have in common: the form of an entry, and the texts and numbers in entries."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=255)]
NumericId = Annotated[str, Meta(pattern=r"^[0-9]{1,19}\Z")]
"""A number in quotes, as the exchange's own ids of events, competitions and event types are."""
MarketId = Annotated[str, Meta(pattern=r"^[0-9]{1,3}\.[0-9]{1,15}\Z")]
"""A number of the exchange, a dot, and the number of the market: "1.113197491"."""
SelectionId = Annotated[int, Meta(ge=0, le=2**63 - 1)]
HeaderText = Annotated[str, Meta(pattern=r"^[!-~]{1,255}\Z")]
"""A text that can travel in an HTTP header: visible ASCII without spaces."""
Locale = Annotated[str, Meta(pattern=r"^[A-Za-z]{2}([_-][A-Za-z]{2})?\Z")]
"""A language in two letters, with a country or without: "en", "en_GB"."""
CountryCode = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
PriceSize = tuple[Decimal, Decimal]
BetTuneId = Annotated[int, Meta(ge=1, le=10**15 - 1)]
Goals = Annotated[int, Meta(ge=0, le=999)]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What all parts of a scenario file have in common: names in camel case, and no others."""
