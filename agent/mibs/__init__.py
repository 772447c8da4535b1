"""What the standards' and the vendors' tables say, in plain columns: OID, quantity, unit, how a value is read."""
