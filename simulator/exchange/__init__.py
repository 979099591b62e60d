"""The kernel: a betting exchange as a pure state machine.

Read it in this order:

    the words      `records`, `money`, `currencies`, `jurisdictions`, `statuses`, `betting_types`, `orders`,
                   `foreign_orders`, `commands`, `refusals`, `events`
    one runner     `ladder`, `book`, `crossmatching`, `matching`, `starting_price_offers`, `starting_price`, `runner`
    one account    `payouts`, `lines`, `stakes`, `total_exposure`, `exposure`, `ledger`, `telling`, `timeline`,
                   `order_index`, `accounts`
    one market     `virtual_view`, `market`, `execution`, `pictures`
    bets           `rules`, `heartbeat_deadlines`, `state`, `instruction_checks`, `acceptance`, `restrictions`,
                   `placing`, `editing`, `outside_fills`, `heartbeat`
    what happens   `transitions`, `auction`, `withdrawals`, `listing`, `verdicts`, `results`, `settlement`,
                   `corrections`, `profit_and_loss`, `payments`, `transactions`

and last `exchange`, the one door.

Units, everywhere in this package: money is an `int` of pence, but what one customer asks, is told and is paid is an
`int` of hundredths of the account's currency (`currencies`, `Order.own`). A price is an `int` of hundredths (1.01 is
101), a handicap is an `int` of hundredths, a time is an `int` of milliseconds since 1970 in UTC.
A starting price alone is on no ladder: it is a `Fraction`, and of ones. Nothing here is a float; nothing here reads a
clock, a file, a socket or a source of chance.
"""
