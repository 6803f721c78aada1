"""`.frq` files of a whole bank: made from our own pitch, and held against it."""
