"""The scenario document as written: its text and places, how it writes times and amounts, and its fields.

Read it in this order: `document`, `quantities`; then the fields: `entry`, what all have in common, `market_entries`,
`bettune_entries`, `happenings`, and the documents, `scenario`.
"""
