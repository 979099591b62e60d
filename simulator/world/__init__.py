"""Worlds: one isolated universe each, with an exchange, accounts, sessions, a clock and ids of its own.

Read it in this order: `clock`, `ids`, `accounts`, then a scenario on its way in (`document`, `quantities`, `scenario`,
`happenings`, `checks`, `loading`), then what it becomes (`catalogue`, `population`, `world`), and last `worlds`, the registry.

Units are those of `simulator.exchange`: pence, hundredths, milliseconds since 1970 in UTC.
"""
