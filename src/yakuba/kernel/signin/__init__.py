"""Signing in: second factors, proofs, sessions, invitations and leaving."""
