"""The QR code of a receipt: the address of the status page, never the secret."""

from __future__ import annotations

import base64

import zxingcpp


def qr_code(text: str) -> str:
    """A picture of it for a page (`data:` address)."""
    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg()
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
