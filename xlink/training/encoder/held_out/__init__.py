"""Names that a training does not see, and how an encoder is measured by them."""
