"""From a document to a scenario that a world can begin with: reading, types, checks, and a rehearsal.

Nothing that a running world does needs this package: the faces and the command line load, and
hand over what was loaded.
"""
