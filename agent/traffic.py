"""Bits per second, errors and links up of a walk of IF-MIB, by comparison with the walk before."""

import time
from typing import Final

from agent.mibs import host, interfaces
from agent.mibs.walk import Walk, index_text, number
from agent.rates import rate
from agent.report import Reading
from agent.snmp.values import Oid
from agent.wanted import Counter, Memory

COLUMNS: Final = (
    interfaces.OPER,
    interfaces.TYPE,
    interfaces.SPEED,
    interfaces.HIGH_SPEED,
    interfaces.IN_OCTETS,
    interfaces.OUT_OCTETS,
    interfaces.HC_IN,
    interfaces.HC_OUT,
    interfaces.IN_ERRORS,
    interfaces.OUT_ERRORS,
    interfaces.DISCONTINUITY,
)


def columns(index: str = "") -> list[Oid]:
    """What to ask: whole columns, or the cells of one ifIndex."""
    tail = (int(index),) if index.isdigit() else ()
    return [host.SYS_UPTIME, *((*column, *tail) for column in COLUMNS)]


def note(walk: Walk, memory: Memory, at_s: float) -> dict[str, tuple[float | None, int]]:
    """(rate per s, width) of every counter by "in.1", "out.1", "errors.1"; memory then holds the new readings."""
    uptime = walk.number(host.SYS_UPTIME)
    boot = at_s - uptime / 100 if uptime is not None and uptime >= 0 else 0.0
    fresh: dict[str, Counter] = {}
    rates: dict[str, tuple[float | None, int]] = {}
    for index in interfaces.indexes(walk):
        speed = interfaces.speed(walk, index)
        broken = number(walk.rows.get((*interfaces.DISCONTINUITY, *index))) or 0
        for word, wide, narrow in (
            ("in", interfaces.HC_IN, interfaces.IN_OCTETS),
            ("out", interfaces.HC_OUT, interfaces.OUT_OCTETS),
        ):
            value = interfaces.count64(walk, index, wide, narrow)
            if value is not None:
                bits = 64 if value == number(walk.rows.get((*wide, *index))) else 32
                fresh[f"{word}.{index_text(index)}"] = Counter(value, at_s, boot + broken / 100)
                rates[f"{word}.{index_text(index)}"] = (None, bits)
                if speed:
                    rates[f"{word}.{index_text(index)}"] = (speed / 8, bits)
        errors = [
            interfaces.count32(walk.rows.get((*column, *index)))
            for column in (interfaces.IN_ERRORS, interfaces.OUT_ERRORS)
        ]
        if None not in errors:
            # The sum cannot be put right after a wrap: width 64 says so.
            fresh[f"errors.{index_text(index)}"] = Counter(sum(e or 0 for e in errors), at_s, boot + broken / 100)
            rates[f"errors.{index_text(index)}"] = (None, 64)
    out = {}
    for name, counter in fresh.items():
        most, bits = rates[name]
        before = memory.counters.get(name)
        if name.startswith("errors.") and before is not None and before.value == 0:
            before = before._replace(value=1) if counter.value else before  # no errors so far is a true zero
        out[name] = (rate(before, counter, bits, most), bits)
    memory.counters = fresh
    return out


def now_s() -> float:
    return time.monotonic()


def coarse(bits_per_s: float) -> int:
    """To 10 kbit/s below 10 Mbit/s, else to 1 %: what a person can tell apart, and a difference of few bytes."""
    step = 10_000 if bits_per_s < 10_000_000 else 10 ** (len(str(int(bits_per_s))) - 2)
    return round(bits_per_s / step) * step


def one_interface(walk: Walk, memory: Memory, at_s: float, index: str) -> list[Reading]:
    """if.in_rate, if.out_rate (bit/s), if.error_rate (1/s) and if.oper_status of one interface."""
    rates = note(walk, memory, at_s)
    out = [
        Reading("if.oper_status", index, "enum", interfaces.STATUS.get(int(status), "invalid"))
        for i, raw in walk.under(interfaces.OPER)
        if index_text(i) == index and (status := number(raw)) is not None
    ]
    if not any(reading.value == "up" for reading in out):
        memory.interface = ""  # look for the line anew: a restart may have numbered the interfaces otherwise
    for word in ("in", "out"):
        per_s, _ = rates.get(f"{word}.{index}", (None, 0))
        if f"{word}.{index}" in rates:
            out.append(Reading(f"if.{word}_rate", index, "bit/s", None if per_s is None else coarse(per_s * 8)))
    per_s, _ = rates.get(f"errors.{index}", (None, 0))
    if f"errors.{index}" in rates:
        out.append(Reading("if.error_rate", index, "1/s", None if per_s is None else round(per_s, 2)))
    return out


def busiest(walk: Walk) -> str:
    """The index of the interface that is up and carried most: a modem's or radio's line, where none is named."""
    best, most = "", -1
    for index in interfaces.indexes(walk):
        kind = number(walk.rows.get((*interfaces.TYPE, *index)))
        if kind == 24 or number(walk.rows.get((*interfaces.OPER, *index))) != 1:
            continue
        octets = interfaces.count64(walk, index, interfaces.HC_IN, interfaces.IN_OCTETS) or 0
        if octets > most:
            best, most = index_text(index), octets
    return best


def ports(walk: Walk, memory: Memory, at_s: float) -> list[Reading]:
    """A switch as a whole: ports up of ports, bits per second in and out over all ports, errors per second."""
    rates = note(walk, memory, at_s)
    physical = [i for i, raw in walk.under(interfaces.TYPE) if number(raw) in interfaces.PHYSICAL - {161}]
    up = sum(number(walk.rows.get((*interfaces.OPER, *i))) == 1 for i in physical)
    out = [Reading("switch.ports_up", "", "", up), Reading("switch.ports", "", "", len(physical))]
    names = [index_text(i) for i in physical]
    for quantity, word, unit in (
        ("switch.in_rate", "in", "bit/s"),
        ("switch.out_rate", "out", "bit/s"),
        ("switch.error_rate", "errors", "1/s"),
    ):
        known = [per_s for name in names if (per_s := rates.get(f"{word}.{name}", (None, 0))[0]) is not None]
        total: float | int | None = None
        if known:
            total = round(sum(known), 2) if word == "errors" else coarse(8 * sum(known))
        out.append(Reading(quantity, "", unit, total))
    return out
