"""From a document to a scenario that a world can begin with.

`loading` is the way through: `format.document` reads the text, `conversion` gives it types and refuses what is not of
them, in the words of `needs`, `checks` and the modules named after what they check say what the types cannot, and
`rehearsal` tries it out. `named` finds the scenarios that ship with the package and those in files, and `saturday`
makes one up.

Nothing that a running world does needs this package: the faces and the command line load, and hand over what was
loaded.
"""
