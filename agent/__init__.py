"""What a school sees, and says: collectors, the numbered report, the spool and the uplink."""
