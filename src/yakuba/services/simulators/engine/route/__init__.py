"""走行経路の通信: hand-over and packet loss along a route."""

from yakuba.services.simulators.engine.route.calculator import ROUTE

__all__ = ["ROUTE"]
