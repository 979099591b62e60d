"""Worlds: one isolated universe each, with an exchange, accounts, sessions, a clock and ids of its own.

Read it in this order: `clock`, `ids`, `accounts`, `sessions`; then a scenario as written, `format`, and how it
is read and checked, `loading`; then what it becomes, `scenario_commands`, `catalogue`, `happenings`, `bettune`,
`settings`, `starting_price_cache`, `world`, `state_hash`; and last `worlds`, the registry.

Units are those of `simulator.exchange`: pence, hundredths, milliseconds since 1970 in UTC.
"""
