"""40 simulated switches in a process of their own: ifTable (22 columns x 26 rows) on 40 loopback ports.

Every device has its own values. Answers are encoded once by pysnmp and then sent again with the request id of the
question, so that the responder costs next to nothing while the reader is measured.
Run as a process: prints the ports as one line of JSON, then answers until its standard input closes.
"""

import json
import random
import selectors
import socket
import sys
from bisect import bisect_right
from typing import Any

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pysnmp.proto.api import v2c  # type: ignore[import-untyped]

from agent.snmp import Oid, SnmpValue, ber, oid
from agent.snmp.ber import pdu_at

DEVICES = 40
COLUMNS = 22
ROWS = 26
IF_ENTRY = oid("1.3.6.1.2.1.2.2.1")
COMMUNITY = "public"
OCTETS_COLUMNS = (2, 6)  # ifDescr, ifPhysAddress
COUNTER_COLUMNS = (*range(10, 16), *range(16, 21))
BEHIND: Oid = oid("1.3.6.1.2.1.3.1.1.1.1")


def table(device: int) -> dict[Oid, SnmpValue]:
    """RFC 2863 §6: the types of ifTable's columns, with values that differ from device to device."""
    dice = random.Random(device)
    cells: dict[Oid, SnmpValue] = {BEHIND: 1}
    for column in range(1, COLUMNS + 1):
        for row in range(1, ROWS + 1):
            cells[*IF_ENTRY, column, row] = cell(dice, column, row)
    return cells


def cell(dice: random.Random, column: int, row: int) -> SnmpValue:
    if column == 1:
        return row
    if column == 2:
        return f"GigabitEthernet0/{row}".encode()
    if column == 5:
        return 1_000_000_000
    if column == 6:
        return dice.randbytes(6)
    if column == 22:
        return (0, 0)
    if column in COUNTER_COLUMNS or column == 9:
        return dice.getrandbits(32)
    return dice.randint(1, 6)


def as_asn1(name: Oid, value: SnmpValue) -> Any:
    if isinstance(value, bytes):
        return v2c.OctetString(value)
    if isinstance(value, tuple):
        return v2c.ObjectIdentifier(value)
    column = name[-2]
    if column in COUNTER_COLUMNS:
        return v2c.Counter32(value)
    if column == 9:
        return v2c.TimeTicks(value)
    return v2c.Gauge32(value) if column in (5, 21) else v2c.Integer32(value)


class Switch:
    """Answers GETBULK from its table; `prepared` maps a question behind its request id to the answer around its own."""

    def __init__(self, number: int) -> None:
        self.cells = table(number)
        self.names = sorted(self.cells)
        self.prepared: dict[bytes, tuple[bytes, bytes]] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.setblocking(False)

    def answer(self) -> None:
        while True:
            try:
                data, source = self.socket.recvfrom(0xFFFF)
            except BlockingIOError:
                return
            start, _, _ = pdu_at(data)
            at = start + (2 if data[start + 1] < 0x80 else 2 + (data[start + 1] & 0x7F)) + 2  # the request id's octets
            parts = self.prepared.get(data[at + 4 :])
            if parts is None:
                parts = self.prepared[data[at + 4 :]] = self.encode(data)
            self.socket.sendto(parts[0] + data[at : at + 4] + parts[1], source)

    def encode(self, data: bytes) -> tuple[bytes, bytes]:
        message, _ = decoder.decode(data, asn1Spec=v2c.Message())
        question = v2c.apiMessage.get_pdu(message)
        row = [tuple(name) for name, _ in v2c.apiBulkPDU.get_varbinds(question)]
        said: list[tuple[Oid, Any]] = []
        for _ in range(int(v2c.apiBulkPDU.get_max_repetitions(question))):
            for column, name in enumerate(row):
                at = bisect_right(self.names, name)
                if at == len(self.names):
                    said.append((name, v2c.EndOfMibView("")))
                    continue
                row[column] = found = self.names[at]
                said.append((found, as_asn1(found, self.cells[found])))
        pdu = v2c.GetResponsePDU()
        v2c.apiPDU.set_defaults(pdu)
        number = v2c.apiPDU.get_request_id(question)
        v2c.apiPDU.set_request_id(pdu, number)
        v2c.apiPDU.set_varbinds(pdu, said)
        v2c.apiMessage.set_pdu(message, pdu)
        encoded = bytes(encoder.encode(message))
        at = encoded.index(int(number).to_bytes(4, "big"), ber.pdu_at(encoded)[0])
        return encoded[:at], encoded[at + 4 :]


def main() -> None:
    waiting = selectors.DefaultSelector()
    switches = [Switch(number) for number in range(DEVICES)]
    for switch in switches:
        waiting.register(switch.socket, selectors.EVENT_READ, switch)
    waiting.register(sys.stdin, selectors.EVENT_READ, None)
    print(json.dumps([switch.socket.getsockname()[1] for switch in switches]), flush=True)
    while True:
        for key, _ in waiting.select():
            if key.data is None:
                return
            key.data.answer()


if __name__ == "__main__":
    main()
