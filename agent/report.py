"""The wire format: what an agent says of a school, and how it travels.

A report is self-contained: devices with readings at one moment, under a number that never repeats for an agent.
On the wire it is a frame: either whole (a key frame) or as the difference from the report before it, because
most of a school's 276 values do not change in a minute (measured: 135 bytes instead of 1,300).

    batch   [version, sent_at_ms, instance, [frame, ...]]    JSON, raw deflate (RFC 1951) with DICTIONARY
    frame   [number, ago_ms, base, payload]
            base 0: payload is a Report object; otherwise payload is a difference from the values of report `base`,
            which is the frame before it in the same batch or the last report that the server acknowledged
    difference  [gap, change, gap, change, ...]: skip `gap` values, then add a number, or replace by the one
            element of a list

`ago_ms` is the age of the observation at sending by a clock that does not jump, so a wrong wall clock spoils nothing;
`sent_at_ms` is the wall clock of the computer as it stands, wrong or not, so that the server can show the error.

`instance` is drawn anew at every start of the agent process and never written to its disk: two processes that use one
key alternate instances, a restarted one never returns to an old one.
"""

import zlib
from collections.abc import Sequence
from typing import Final

import msgspec

VERSION: Final = 1
KINDS: Final = ("link", "ups", "computer", "board", "switch", "printer", "sensor", "modem", "radio")
MAX_DEVICES: Final = 500
MAX_READINGS: Final = 400
DECIMALS: Final = 4

Value = float | int | str | None
Difference = list[int | float | list[Value]]


class Reading(msgspec.Struct, array_like=True, frozen=True):
    """One quantity of a device: `["ups.battery.charge", "", "%", 98]`. `index` tells rows of a table apart.

    `value` None means: asked for, and the device said that it does not know.
    """

    quantity: str
    index: str
    unit: str
    value: Value


class Device(msgspec.Struct, frozen=True, omit_defaults=True):
    """A device as the agent saw it. `key` is stable within the agent (its target in agent.toml).

    `reachable` False means: asked, and no answer; the readings are then empty or what was learnt another way.
    """

    key: str
    kind: str
    reachable: bool
    readings: list[Reading] = []
    name: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    address: str = ""


class Machine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The computer that the agent runs on; tells a copied agent key from a restarted agent."""

    hostname: str = ""
    machine_id: str = ""
    macs: list[str] = []
    system: str = ""
    agent_version: str = ""


class Report(msgspec.Struct, frozen=True):
    """Everything an agent saw at one moment."""

    machine: Machine
    devices: list[Device]
    spool: int = 0  # reports waiting on the agent's disk when this one was made
    every: int = 60  # s between reports: tells the server when silence begins
    ending: str = ""  # why this is the last report of the process: "stopped" or "shutdown"; silence then has a reason


class Frame(msgspec.Struct, array_like=True, frozen=True):
    number: int
    ago_ms: int
    base: int
    payload: msgspec.Raw


class Verdict(msgspec.Struct, array_like=True, frozen=True):
    """Answer to one frame that was not simply accepted: `[number, reason, retry]`."""

    number: int
    reason: str
    retry: bool


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Answer to a batch. Numbers not in `refused` are on the server's disk: the agent may forget them.

    `t` is the server's clock in Unix ms; `refused` reasons are in words, BASE and CLOCK are read by the agent too.
    `next`, where not 0: some number in the batch was there before; an agent whose own next number is lower runs on an
    old copy of its disk and must go on from `next` and send its new reports again under new numbers.
    """

    t: int
    refused: list[Verdict] = []
    next: int = 0


BASE: Final = "base: send this report whole"
CLOCK: Final = "clock: this observation lies in the future; set times by this answer's t and send again"


class Malformed(ValueError):
    """What arrived is not a batch or a report; the message says which field and what would be right."""


def values(report: Report) -> list[Value]:
    """All values of a report in wire order: spool, then per device reachable (1 or 0) and its readings."""
    flat: list[Value] = [report.spool]
    for device in report.devices:
        flat.append(1 if device.reachable else 0)
        flat.extend(reading.value for reading in device.readings)
    return flat


def shape(report: Report) -> tuple[object, ...]:
    """What must be equal for a difference to make sense: everything but the values."""
    return (
        report.machine,
        report.every,
        report.ending,
        tuple(
            (d.key, d.kind, d.name, d.vendor, d.model, d.serial, d.address,
             tuple((r.quantity, r.index, r.unit) for r in d.readings))
            for d in report.devices
        ),
    )  # fmt: skip


def difference(old: Sequence[Value], new: Sequence[Value]) -> Difference:
    """The difference that `patched` turns back; both lists are values of reports of the same shape."""
    out: Difference = []
    gap = 0
    for before, after in zip(old, new, strict=True):
        if before == after and type(before) is type(after):
            gap += 1
            continue
        change: int | float | list[Value] = [after]
        if isinstance(before, int | float) and isinstance(after, int | float):
            step = round(after - before, DECIMALS)
            if round(before + step, DECIMALS) == after and type(before + step) is type(after):
                change = step
        out += [gap, change]
        gap = 0
    return out


def patched(old: Sequence[Value], change: Difference) -> tuple[list[Value], list[int]]:
    """New values and the positions that changed. Raises Malformed where the difference does not fit."""
    flat = list(old)
    positions: list[int] = []
    at = -1
    try:
        for gap, step in zip(change[::2], change[1::2], strict=True):
            at += int(gap) + 1  # type: ignore[arg-type]
            if type(step) is list:
                (flat[at],) = step
            else:
                flat[at] = round(flat[at] + step, DECIMALS)  # type: ignore[operator, arg-type]
            positions.append(at)
    except (IndexError, TypeError, ValueError) as error:
        raise Malformed(
            f"difference: entry {len(positions) + 1} does not fit a report of {len(flat)} values"
        ) from error
    if positions and min(positions) < 0:
        raise Malformed("difference: a gap is negative; gaps count the values to skip")
    return flat, positions


def with_values(report: Report, flat: Sequence[Value]) -> Report:
    """The same report with other values."""
    devices, at = [], 1
    for device in report.devices:
        readings = [
            Reading(r.quantity, r.index, r.unit, v)
            for r, v in zip(device.readings, flat[at + 1 : at + 1 + len(device.readings)], strict=True)
        ]
        devices.append(msgspec.structs.replace(device, reachable=bool(flat[at]), readings=readings))
        at += 1 + len(readings)
    spool = flat[0] if isinstance(flat[0], int) else 0
    return msgspec.structs.replace(report, devices=devices, spool=spool)


_encoder = msgspec.json.Encoder()
_report_decoder = msgspec.json.Decoder(Report)
_difference_decoder: msgspec.json.Decoder[Difference] = msgspec.json.Decoder(Difference)
_batch_decoder = msgspec.json.Decoder(tuple[int, int, str, list[msgspec.Raw]])
_frame_decoder = msgspec.json.Decoder(Frame)

# Fragments that every key frame repeats, the most frequent last (RFC 1950 §2.2). Agents and servers of one VERSION
# must hold the same bytes: a change here is a new version.
DICTIONARY: Final = (
    b'"machine":{"hostname":"","machine_id":"","macs":["00:"],"system":"Linux","agent_version":"0.1.0"},'
    b'"devices":[{"key":"snmp+v3://","kind":"printer","kind":"sensor","kind":"modem","kind":"radio",'
    b'"model":"","serial":"","address":"192.168.","vendor":"","name":"","reachable":false,'
    b'["ups.status","","flags",["OL"]],["ups.battery.charge","","%",100],["ups.battery.runtime","","s",'
    b'["ups.output.load","","%",["ups.input.voltage","","V",["ups.battery.voltage","","V",["ups.temperature","","C",'
    b'["board.power","","enum","on"],["board.lamp_time","1","s",["board.errors","","enum",'
    b'["link.internet.rtt","","s",["link.intranet.rtt","","s",["link.gateway.rtt","","s",["link.loss","","%",0],'
    b'["if.in_rate","1","bit/s",["if.out_rate","1","bit/s",["if.oper_status","1","enum","up"],'
    b'["computer.boot_time","","s",17],["computer.users","","",1],["disk.used_percent","","%",["mem.used_percent","","%",'
    b'["cpu.load","","%",{"key":"icmp://192.168.1.","kind":"computer","reachable":true,"readings":[["'
)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    return packer.compress(data) + packer.flush()


def inflated(data: bytes, limit: int) -> bytes:
    """Unpack at most `limit` bytes; Malformed for a bomb, for garbage and for a cut-off body."""
    unpacker = zlib.decompressobj(-15, zdict=DICTIONARY)
    try:
        out = unpacker.decompress(data, limit)
    except zlib.error as error:
        raise Malformed(f"body: not raw deflate data ({error})") from error
    if not unpacker.eof:
        if len(out) >= limit:
            raise Malformed(f"body: unpacks to more than {limit} bytes")
        raise Malformed("body: the deflate stream ends early")
    return out


def whole(report: Report) -> bytes:
    """A report as the payload of a key frame."""
    return _encoder.encode(report)


def encode_batch(frames: Sequence[Frame], sent_at_ms: int, instance: str) -> bytes:
    return deflated(_encoder.encode([VERSION, sent_at_ms, instance, frames]))


def decode_batch(body: bytes, limit: int) -> tuple[int, str, list[msgspec.Raw]]:
    """`(sent_at_ms, instance, frames)`; a frame is decoded by itself, so that a bad one harms no neighbour."""
    try:
        version, sent_at_ms, instance, frames = _batch_decoder.decode(inflated(body, limit))
    except msgspec.MsgspecError as error:
        raise Malformed(f"batch: {error}") from error
    if version != VERSION:
        raise Malformed(f"batch: version {version} is not known here; this server reads version {VERSION}")
    return sent_at_ms, instance, frames


def decode_frame(raw: bytes | msgspec.Raw) -> Frame:
    try:
        return _frame_decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise Malformed(f"frame: {error}") from error


def decode_report(raw: bytes | msgspec.Raw) -> Report:
    try:
        report = _report_decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise Malformed(f"report: {error}") from error
    if len(report.devices) > MAX_DEVICES:
        raise Malformed(f"report.devices: {len(report.devices)} devices; at most {MAX_DEVICES} fit one agent")
    keys = set()
    for device in report.devices:
        if len(device.readings) > MAX_READINGS:
            raise Malformed(f"report.devices[{device.key}]: {len(device.readings)} readings; at most {MAX_READINGS}")
        if device.key in keys:
            raise Malformed(f"report.devices: key {device.key!r} stands twice; keys are unique within a report")
        keys.add(device.key)
    return report


def decode_difference(raw: bytes | msgspec.Raw) -> Difference:
    try:
        return _difference_decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise Malformed(f"difference: {error}") from error
