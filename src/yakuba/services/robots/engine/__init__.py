"""The robot without its surroundings: scenarios, the state machine of a row, and the ports they need.

`loader.load(text, fields)` makes a checked `Scenario`; `Runner(...).run()` works through the rows of a
`RowStore` with a `Target`; `player.ScenarioPlayer` is the `Target` that plays a scenario in a `Browser`.
"""
