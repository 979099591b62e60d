"""The accounts service: whose account it is, its money and what moved it, its app keys.

`amounts` writes money, one module an idea answers the operations, and `service` gathers them.
"""
