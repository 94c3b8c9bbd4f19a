"""Texts to vectors: networks and tables behind one contract, `xlink.protocols.Encoder`."""
