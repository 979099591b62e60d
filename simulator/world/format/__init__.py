"""The scenario document as written: its text and places, how it writes times and amounts, and its fields."""
