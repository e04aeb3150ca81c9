"""Writes of the answers room: each is one transaction and leaves an audit event."""
