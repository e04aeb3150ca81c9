"""Schedules (予定): what staff let the clock begin, on which days and when, and what came of it last time."""
