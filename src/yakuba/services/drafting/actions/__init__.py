"""Writes of the drafting room: each is one transaction and leaves an audit event without any of the text."""
