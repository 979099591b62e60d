"""The accounts service: whose account it is, its money and what moved it, its app keys.

One module an idea answers the operations, and `service` gathers them. All money is the account's own, in its currency
from the start (`simulator.exchange.currencies`).
"""
