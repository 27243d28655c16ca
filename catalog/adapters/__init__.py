"""What connects the core to the world: one package a technology, none knows another."""
