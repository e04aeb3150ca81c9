"""Rounds of crews (巡回): who goes where, when and in which order.

`problem` says what is asked, `travel` and `roads` how long the ways are, `solving` answers, `timetable` gives each round its
times with its breaks, `replanning` lets one more stop in, and `checking`, which shares nothing with the solver, looks whether a
plan keeps every condition.
"""
