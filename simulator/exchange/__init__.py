"""The kernel: a betting exchange as a pure state machine.

Read it in this order: `money`, `ladder`, `orders`, `book`, `matching`, `exposure`, `ledger`, `market`, `placement`,
`settlement`, `commands`, `events`, and last `exchange`, the one door.

Units, everywhere in this package: money is an `int` of pence (hundredths of the currency), a price is an `int` of
hundredths (1.01 is 101), a handicap is an `int` of hundredths, a time is an `int` of milliseconds since 1970 in UTC.
Nothing here is a float; nothing here reads a clock, a file, a socket or a source of chance.
"""
