"""The one door to SNMP: read single objects and whole subtrees of a device. Nothing in here can change a device."""

from agent.snmp.manner import manner
from agent.snmp.road import SnmpRoad
from agent.snmp.values import NoAnswer, Oid, Refused, Rows, SnmpError, SnmpValue, oid

check = manner
"""`check(target)` raises BadTarget where the options of an SNMP target are wrong; for the start of the agent."""

__all__ = ["NoAnswer", "Oid", "Refused", "Rows", "SnmpError", "SnmpRoad", "SnmpValue", "check", "oid"]
