"""Where "works" ends: the thresholds of all rules in one place, with units."""

LINK_LOSS_PERCENT = 5.0  # ITU-T Y.1541 would say 0.1 for class 0; a lesson on ADSL still works at 5
LINK_RTT_S = 0.6  # a satellite hop is 0.55 s and works; above it pages time out in class
DSL_MARGIN_DB = 3.0  # below this a line retrains at the next disturbance (common provider practice is 6)
UPS_LOAD_PERCENT = 95.0
DISK_PERCENT = 97.0
SERVER_ROOM_C = 32.0  # ASHRAE A1 allowable upper bound
SERVER_ROOM_HUMIDITY_PERCENT = 80.0

SILENT_AFTER_REPORTS = 3  # this many report intervals without a word make an agent silent
SILENT_AT_LEAST_S = 150
DEAF_AFTER_S = 60  # a server that did not tick for so long was deaf itself, and silence proves nothing
FUTURE_TOLERANCE_S = 300
OLDEST_REPORT_DAYS = 60
