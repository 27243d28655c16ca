"""What Catalog decides: values, states, rules and events. Pure: no I/O, no frameworks."""
