"""What a text says of its mentions beyond their concepts, as steps that a linker takes."""
