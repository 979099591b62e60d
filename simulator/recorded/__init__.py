"""Recorded markets: reading what people have, and the market as it was recorded, update by update.

Read it in this order: `unpacking`, `archives` and `sources`, the files; `messages`, their lines; `market`, the state
that they lead to; `description`, what a file is, and what is odd in it. Nothing here knows of bets of ours.

Prices, handicaps and sizes are whole hundredths, as in `simulator.exchange`; times are milliseconds since 1970.
"""
