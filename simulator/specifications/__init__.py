"""The generated parts of the OpenAPI documents in `specs`: what the wire types say, so that code and document agree.

`python -m simulator.specifications` writes them anew into a checkout. `requests` says what the exchange reads, as
leniently as it does; `answers` says what it writes, exactly; `betfair` puts both into a document for each service.
Documents of other services are written by hand, and only their schemas are filled in here.
"""
