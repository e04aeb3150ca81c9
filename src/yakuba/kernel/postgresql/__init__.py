"""PostgreSQL that knows for which town the running code works: the second wall between towns (ADR 46).

Before every statement the connection compares what the code may see (`tenancy.activation.shown`) with what it has told the
server, and tells it anew where they differ. What the server makes of it stands in `tenancy.rowsecurity`.
"""
