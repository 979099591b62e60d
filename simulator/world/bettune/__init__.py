"""What BetTune knows in a world, what its scores decide, and what it bets on its own."""
