"""Recorded markets as live ones: a world in which they go on as they did then, with bets of everybody who asks.

Read it in this order: `files`, which they are; `messages`, their lines in the order of time; `descriptions`, from what
a recording says of a market to how it is listed; `lane`, the exchange of the world as the engine of backtests sees it;
`images`, what a snapshot has of that; `following`, what a world has of its recordings; and `beginning`, the scenario of
a world that follows files.

Books, fills and settlement are those of `simulator.backtest`: what a bet here gets, it gets there.
"""
