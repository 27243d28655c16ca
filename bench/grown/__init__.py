"""Databases as a busy service leaves them: made, filled, served and asked."""
