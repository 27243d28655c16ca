"""Every figure that Catalog gives of itself: its name, unit, meaning and labels."""
