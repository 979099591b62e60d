"""The navigation menu: every market that can be bet in, in the places where customers look for it.

`tree` makes the menu of a world, `kept` keeps it as it is sent until the world changes, `endpoint` answers with it.
Source: manual, "Datos de navegación para las aplicaciones".
"""
