"""The generated parts of the OpenAPI documents in `specs`: what the wire types say, so that code and document agree.

`python -m simulator.specifications` writes them anew into a checkout. `requests` says what the exchange reads, as
leniently as it does; `answers` says what it writes, exactly; `betfair` puts both into a document for each service.
`control` does so for our own API, with its paths from `control_operations`, `control_markets`, `control_bettune` and
`control_paths`, and `identity` for logging in. `examples` asks betsim itself for the examples in all of them. BetTune's
document is written by hand, and compared with the code by tests.
"""
