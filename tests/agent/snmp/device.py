"""A device of our own making for tests: answers SNMPv1 and v2c on a loopback port, by pysnmp, as told."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pysnmp.proto.api import PROTOCOL_MODULES, decodeMessageVersion, v2c  # type: ignore[import-untyped]

from agent.snmp import Oid, oid
from agent.targets import Target

Bindings = list[tuple[Oid, Any]]
END, NO_OBJECT = v2c.EndOfMibView(""), v2c.NoSuchObject("")
SYSTEM = oid("1.3.6.1.2.1.1")


@dataclass(frozen=True)
class Question:
    version: int
    kind: str  # Get, GetNext, GetBulk
    oids: tuple[Oid, ...]
    repetitions: int
    community: str
    pdu: Any


@dataclass(frozen=True)
class Said:
    """What the device answers to one question."""

    varbinds: Bindings
    status: int = 0
    place: int = 0


Behaviour = Callable[[Question], Said | bytes | None]


def read(data: bytes) -> Question:
    version = int(decodeMessageVersion(data))
    api: Any = PROTOCOL_MODULES[version]
    message, _ = decoder.decode(data, asn1Spec=api.Message())
    pdu = api.apiMessage.get_pdu(message)
    kind = type(pdu).__name__.removesuffix("RequestPDU")
    bulk = kind == "GetBulk"
    varbinds = (api.apiBulkPDU if bulk else api.apiPDU).get_varbinds(pdu)
    repetitions = int(api.apiBulkPDU.get_max_repetitions(pdu)) if bulk else 0
    community = bytes(api.apiMessage.get_community(message)).decode()
    return Question(version, kind, tuple(tuple(name) for name, _ in varbinds), repetitions, community, pdu)


def answer(question: Question, said: Said, request_id: int | None = None) -> bytes:
    api: Any = PROTOCOL_MODULES[question.version]
    pdu = api.GetResponsePDU()
    api.apiPDU.set_defaults(pdu)
    api.apiPDU.set_request_id(pdu, api.apiPDU.get_request_id(question.pdu) if request_id is None else request_id)
    api.apiPDU.set_varbinds(pdu, said.varbinds)
    pdu.setComponentByPosition(1, said.status)
    pdu.setComponentByPosition(2, said.place)
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, question.community)
    api.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def honest(table: dict[Oid, Any]) -> Behaviour:
    """A device that keeps to RFC 1157 and RFC 3416, with these objects."""
    names = sorted(table)

    def after(name: Oid) -> Oid | None:
        at = bisect_right(names, name)
        return names[at] if at < len(names) else None

    def behave(question: Question) -> Said:
        if question.kind == "Get":
            absent = [i for i, name in enumerate(question.oids, 1) if name not in table]
            if absent and question.version == 0:
                return Said([(name, v2c.null) for name in question.oids], 2, absent[0])
            return Said([(name, table.get(name, NO_OBJECT)) for name in question.oids])
        said: Bindings = []
        row = list(question.oids)
        for _ in range(max(1, question.repetitions)):
            for column, name in enumerate(row):
                found = after(name)
                if found is None and question.version == 0:
                    return Said([(name, v2c.null) for name in question.oids], 2, column + 1)
                said.append((name, END) if found is None else (found, table[found]))
                row[column] = found or name
        return Said(said)

    return behave


class Device(asyncio.DatagramProtocol):
    """`async with Device(honest({...})) as device: device.target`; `heard` holds the questions that came."""

    def __init__(self, behave: Behaviour, delay_s: float = 0.0, host: str = "127.0.0.1") -> None:
        self.behave, self.delay_s, self.host = behave, delay_s, host
        self.heard: list[Question] = []
        self.raw: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, source: Any) -> None:
        question = read(data)
        self.heard.append(question)
        self.raw.append(data)
        said = self.behave(question)
        if said is None:
            return
        reply = said if isinstance(said, bytes) else answer(question, said)
        asyncio.get_running_loop().call_later(self.delay_s, self.transport.sendto, reply, source)

    async def __aenter__(self) -> "Device":
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, (self.host, 0))
        self.port = self.transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.transport.close()

    def target(self, **options: str) -> Target:
        return Target("snmp", self.host, self.port, "s3cret", "", tuple(sorted(options.items())))
