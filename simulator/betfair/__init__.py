"""The Betfair face: wire types, operations and transports. What a Betfair client library talks to."""
