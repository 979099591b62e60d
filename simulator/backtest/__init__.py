"""Strategies over recorded markets: bets of ours in a market that was, filled as they might have been.

Read it in this order: `models`, what is assumed; `offers` and `books`, a recorded runner's book with bets of ours in
it; `following`, `starting_prices` and `outcomes`, from definitions to commands of the kernel; `latency`; `fills`;
`followed`, a market that follows a recorded one; `lane`, one strategy's exchange, which strategies are built on;
`engine`, which reads a recording for all lanes.
"""
