"""Recorded markets: reading what people have, and the market as it was recorded, update by update.

Read it in this order: `unpacking`, `archives`, `remote` and `sources`, the files; `messages`, their lines; `wanted`,
which of their markets are asked for; `happenings`, `levels`, `starting_prices`, `moves`, `runner`, `market` and
`images`, the state that messages lead to; `recording`, a file as its markets, message by message; `rows`, `preparing`
and `prepared`, the same as Parquet, for less; `prepared_lines`, a prepared one as lines again; `selection`, which files
are played, and the cache; `description`, what a file is, and what is odd in it. Nothing here knows of bets of ours.

Prices, handicaps and sizes are whole hundredths, as in `simulator.exchange`; times are milliseconds since 1970.
"""
