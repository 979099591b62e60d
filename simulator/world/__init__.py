"""Worlds: one isolated universe each, with an exchange, accounts, sessions, a clock and ids of its own.

A world is a fold: what changes it goes in as one input, and what came of it comes out as one entry of a story.

Read it in this order: `clock`, `ids`, `accounts`, `login_states`, `sessions`, `developer_apps`, `vendors`; then a
scenario as written, `format`, and how it is read and checked, `loading`; what may go wrong on order, `fault_words` and
`faults`; what goes in, `inputs`, and what comes out, `happened`; then what a world is made of, `scenario_commands`,
`listing_index`, `catalogue`, `races`, `scoreboards`, `happenings`, `bettune`, `settings`, `starting_price_cache`,
`delayed_markets`, `transaction_charges`, `agenda`, `recordings`, `parts`; what inputs do to it, `account_handlers`,
`vendor_handlers`, `fault_happenings`, `fault_handlers`, `handlers`; who acts in it beside customers, `participants`;
how all of it is kept, `image`, `snapshot`; the door, `world`; how a story is told again, compared and written down,
`retelling`, `hashed_attributes`, `state_hash`, `journal`, `codes`, `export`; what comes from outside is looked at
first, `trial`; and last `worlds`, the registry.

How a running world becomes a scenario again is in `present_markets` and `present`.

Units are those of `simulator.exchange`: pence, hundredths, milliseconds since 1970 in UTC.
"""
