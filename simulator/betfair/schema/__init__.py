"""The types of Betfair's interface definitions, under the names they have on the wire.

`wire` holds the number and date conventions, `types` the bases, `sports_enums`, `sports_inputs`, `sports_markets` and
`sports_orders` the data types of the betting interface, `sports_aping` its operations, `account_aping` the accounts
interface, with `account_vendors` for vendors, and `heartbeat_aping` the heartbeat interface.
`tests/contract/test_schema.py` holds all of them against the official definitions. `scores_aping`, `navigation` and
`stream` say themselves where theirs come from.
"""
