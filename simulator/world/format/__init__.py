"""The scenario document as written: its text and places, how it writes times, amounts and certificates, and its fields.

Read it in this order: `document`, `suggestions`, `quantities`, `certificates`; then the fields: `entry`, what all have
in common, `in_play_entries`, `market_entries`, `bettune_entries`, `recording_entries`, `happenings`, and the documents,
`scenario`, with how they are written, `writing`.
"""
