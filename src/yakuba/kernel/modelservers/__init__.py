"""Model servers (モデルサーバー): one client for local servers that speak the OpenAI-compatible HTTP API (llama.cpp, Ollama,
vLLM). A town says in its settings which server does what; without one the house does its work by itself.

server = server_for("chat")            # None: the built-in way
server.chat([Message("user", "…")])    # Reply
for piece in server.stream([…]): …
server.answer([…], Summary)            # a pydantic model, validated here
server.embed(["…", "…"])               # one row each
"""

from yakuba.kernel.modelservers.chosen import AtWork, at_work, server_for
from yakuba.kernel.modelservers.client import Message, ModelServer, ModelServerFailed, Reply

__all__ = ["AtWork", "Message", "ModelServer", "ModelServerFailed", "Reply", "at_work", "server_for"]
