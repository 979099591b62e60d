"""Strategies against a server, over HTTP and the stream, with betfairlightweight as the client.

Read it in this order: `library`, the client and its streams; `views`, what a strategy sees; `own_orders`, what it asks
for; `running`, the loop that calls it.
"""
