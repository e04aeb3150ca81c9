"""Command line: what the pages do, a script can do. Tables, JSON, progress; `yakuba up`, `web`, `worker`."""
