"""The BetTune face: the public API of BetTune, under `/bet-tune-api/v1`.

Read in this order: `schema` (what is sent and answered), `errors`, `operations` (what each request comes to), `face`
(paths, tokens, rate limit).
"""
