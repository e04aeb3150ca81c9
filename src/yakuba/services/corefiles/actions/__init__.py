"""Writes of the room: each is one transaction and leaves an audit event."""
