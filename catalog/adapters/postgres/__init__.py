"""PostgreSQL: named SQL, one repository method a statement."""
