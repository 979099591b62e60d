"""Worlds: one isolated universe each, with an exchange, accounts, sessions, a clock and ids of its own.

Read it in this order: `clock`, `ids`, `accounts`, `sessions`; then a scenario on its way in, `document`, `quantities`,
`scenario`, `population`, `catalogue`, `happenings`, and what it must be like, `checks`, `market_checks`,
`happening_checks`, `rehearsal`, `loading`; then what it becomes, `settings`, `world`, `state_hash`; and last `worlds`,
the registry.

Units are those of `simulator.exchange`: pence, hundredths, milliseconds since 1970 in UTC.
"""
