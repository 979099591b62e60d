"""A full Saturday: thousands of markets in two dozen sports, made up anew from a seed whenever they are asked for.

Read it in this order: `chance` (what is drawn, from a seed), `names` (of people, towns and animals that do not exist),
`building` (markets with prices, and how they end), `football`, `racing`, `contests` (sports of two sides), `fields`
(golf and others with many starters), and `programme`, which puts the day together.

Everything is invented: names, places, prices and results. Times are relative, so that the day begins when its world
does.
"""
