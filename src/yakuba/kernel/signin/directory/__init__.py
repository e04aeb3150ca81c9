"""A town's directory (OpenID Connect): staff come in by the account that they have there."""
