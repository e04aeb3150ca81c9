"""NGSI-LD (ETSI GS CIM 009) over the same store as NGSIv2; see docs/adr/0058 for what becomes of what."""
