"""Who made it, what it is called and its serial number: vendors' objects, ENTITY-MIB, IEEE 1284 ids and sysDescr.

Every place that names a model is a candidate with its source; the first in the order of `candidates` is the device's
model. A serial of zeros or "unknown" is kept out: it would join strangers in a register.
"""

import re
from typing import Final, NamedTuple

from agent.mibs.descriptions import MACHINES, PATTERNS
from agent.mibs.makers import OBJECTS, PLACES, RELATIVES, VENDORS
from agent.mibs.walk import ENTERPRISES, Walk, number, oid, text
from agent.report import Reading
from agent.snmp.values import Oid

SYS_DESCR: Final = oid("1.3.6.1.2.1.1.1")
SYS_OBJECT_ID: Final = oid("1.3.6.1.2.1.1.2")
SYS_NAME: Final = oid("1.3.6.1.2.1.1.5")
NET_SNMP: Final = 8072
ENTITY: Final = oid("1.3.6.1.2.1.47.1.1.1.1")
UPS_IDENT: Final = oid("1.3.6.1.2.1.33.1.1")
PRINTER_SERIAL: Final = oid("1.3.6.1.2.1.43.5.1.1.17")
HR_DEVICE: Final = oid("1.3.6.1.2.1.25.3.2.1")
HR_PRINTER: Final = oid("1.3.6.1.2.1.25.3.1.5")
DOT11_PRODUCT: Final = oid("1.2.840.10036.3.1.2.1.3")
PWG_PRINTER: Final = oid("1.3.6.1.4.1.2699.1.2.1.2.1.1")  # PWG Printer Port Monitor MIB: name .2, IEEE 1284 id .3
CHASSIS, STACK = 3, 11  # entPhysicalClass


NO_SERIAL: Final = re.compile(
    r"^(?:0*|unknown|none|n/?a|null|not available|to be filled.*|default string|-+|\.+|empty)$", re.I
)
NOTHING: Final = re.compile(r"^$")
NO_MODEL: Final = re.compile(r"^(?:unknown|none|n/?a|null|-+|\d{1,2})$", re.I)


def enterprise(walk: Walk) -> int:
    """The enterprise number in sysObjectID; 0 where there is none."""
    for _, raw in walk.under(SYS_OBJECT_ID):
        if isinstance(raw, tuple) and raw[: len(ENTERPRISES)] == ENTERPRISES and len(raw) > len(ENTERPRISES):
            return raw[len(ENTERPRISES)]
    return 0


def family(number_: int) -> tuple[int, ...]:
    """Enterprises whose tables are worth asking, the device's own first."""
    return (number_, *RELATIVES.get(number_, ()))


def wanted(enterprises: tuple[int, ...]) -> list[Oid]:
    """What to walk for `candidates`, besides the system group."""
    below = [
        (*ENTERPRISES, *oid(tail))
        for number_ in enterprises
        if (place := PLACES.get(number_))
        for tails in place
        for tail in tails
    ]
    teldat = [oid("1.3.6.1.4.1.2007.1.2.1.9"), oid("1.3.6.1.4.1.2007.1.2.1.10")] if 2007 in enterprises else []
    return [
        *((*ENTITY, n) for n in (2, 5, 7, 10, 11, 13)),
        UPS_IDENT,
        PRINTER_SERIAL,
        (*HR_DEVICE, 2),
        (*HR_DEVICE, 3),
        DOT11_PRODUCT,
        PWG_PRINTER,
        *below,
        *teldat,
    ]


def _entity(walk: Walk) -> list[tuple[str, str, str]]:
    """(model, serial, version) of the chassis or stack, else of the first row with a model; the name as fallback."""
    kinds = {index: number(raw) for index, raw in walk.under((*ENTITY, 5))}
    order = sorted(kinds, key=lambda index: (kinds[index] != CHASSIS, kinds[index] != STACK, index))
    out: list[tuple[str, str, str]] = []
    for index in order[:3]:
        if kinds[index] not in (CHASSIS, STACK) and out:
            break
        model, name, serial = (text(walk.rows.get((*ENTITY, n, *index))) for n in (13, 7, 11))
        version = text(walk.rows.get((*ENTITY, 10, *index)))
        if model or name or serial:
            out.append((model or name, serial, version))
            if model and name and name != model:
                out.append((name, "", ""))
    if not any(serial for _, serial, _ in out):
        first = next((found for _, raw in walk.under((*ENTITY, 11)) if (found := text(raw))), "")
        if first:
            out.append(("", first, ""))
    if not any(model for model, _, _ in out):
        first = next((found for _, raw in walk.under((*ENTITY, 13)) if (found := text(raw))), "")
        if first:
            out.append((first, "", ""))
    return out


def _ieee1284(value: str) -> dict[str, str]:
    """`MFG:Hewlett-Packard;MDL:HP LaserJet;SN:X1;` -> {"MFG": ...} (IEEE 1284-2000 §7.6)."""
    return {
        key.strip().upper(): rest.strip()
        for part in value.split(";")
        if ":" in part
        for key, _, rest in [part.partition(":")]
    }


class Identity(NamedTuple):
    vendor: str
    model: str
    serial: str
    version: str
    models: tuple[tuple[str, str], ...]  # (source, model), the best first
    serials: tuple[tuple[str, str], ...]  # as the device says them, the meaningless too


def candidates(walk: Walk) -> Identity:
    """Everything that the walk says of who the device is."""
    own = enterprise(walk)
    models: list[tuple[str, str]] = []
    serials: list[tuple[str, str]] = []
    versions: list[str] = []
    descr = walk.text(SYS_DESCR)
    for number_ in family(own):
        place = PLACES.get(number_)
        if place is None:
            continue
        for into, tails in ((models, place.models), (serials, place.serials)):
            into += [("vendor", found) for tail in tails if (found := walk.text((*ENTERPRISES, *oid(tail))))]
        versions += [found for tail in place.versions if (found := walk.text((*ENTERPRISES, *oid(tail))))]
    if own == 2007 and (board := walk.text(oid("1.3.6.1.4.1.2007.1.2.1.9"))):
        models.append(("vendor", f"{board} (rev {walk.text(oid('1.3.6.1.4.1.2007.1.2.1.10'))})"))
    mge_family, mge_name = (walk.text((*ENTERPRISES, *oid(tail))) for tail in ("705.1.1.1", "705.1.1.2"))
    if mge_family and mge_name and not mge_name.startswith(mge_family.split()[-1]):
        models.insert(0, ("vendor", f"{mge_family} {mge_name}"))
    ups_model = walk.text((*UPS_IDENT, 2))
    if ups_model:
        models.append(("UPS-MIB", ups_model))
    versions.append(walk.text((*UPS_IDENT, 3)))
    models += [("sysDescr", match["model"].strip()) for pattern in PATTERNS if (match := pattern.search(descr))]
    models += [("IEEE802dot11-MIB", text(raw)) for _, raw in walk.under(DOT11_PRODUCT)][:1]
    object_id = ".".join(
        map(str, next((raw[6:] for _, raw in walk.under(SYS_OBJECT_ID) if isinstance(raw, tuple)), ()))
    )
    models += [("sysObjectID", name) for prefix, name in OBJECTS.items() if (object_id + ".").startswith(prefix + ".")]
    for model, serial, version in _entity(walk):
        models.append(("ENTITY-MIB", model))
        serials.append(("ENTITY-MIB", serial))
        versions.append(version)
    for index, kind in walk.under((*HR_DEVICE, 2)):
        if kind == HR_PRINTER and not descr.startswith(("Hardware:", "Linux")):
            models.append(("hrDeviceDescr", text(walk.rows.get((*HR_DEVICE, 3, *index)))))
    serials.append(("Printer-MIB", walk.text(PRINTER_SERIAL)))
    for source in (
        walk.text((*PWG_PRINTER, 3)),
        walk.text(oid("1.3.6.1.4.1.11.2.3.9.1.1.7")),
        walk.text(oid("1.3.6.1.4.1.2435.2.3.9.1.1.7")),
    ):
        device_id = _ieee1284(source)
        models.append(("IEEE 1284", device_id.get("MDL", device_id.get("MODEL", ""))))
        serials.append(("IEEE 1284", device_id.get("SN", device_id.get("SERN", ""))))
    models += [
        ("sysDescr", name.format(**match.groupdict())) for pattern, name in MACHINES if (match := pattern.search(descr))
    ]
    if 2 < len(descr) <= 40 and "Linux" not in descr:
        models.append(("sysDescr", descr))
    good_models = _kept(models, NO_MODEL)
    good_serials = _kept(serials, NO_SERIAL)
    said_serials = _kept(serials, NOTHING)
    maker = VENDORS.get(own, "") or walk.text((*UPS_IDENT, 1))
    if not maker and own in (NET_SNMP, 0):
        maker = next(
            (
                VENDORS[n]
                for n in family(own)[1:]
                if (p := PLACES.get(n)) and any(walk.has((*ENTERPRISES, *oid(t))) for t in (*p.models, *p.serials))
            ),
            "",
        )
    return Identity(
        maker,
        good_models[0][1] if good_models else "",
        good_serials[0][1] if good_serials else "",
        next((v for v in versions if v), ""),
        tuple(good_models),
        tuple(said_serials),
    )


def _kept(found: list[tuple[str, str]], refuse: re.Pattern[str]) -> list[tuple[str, str]]:
    """Without empty and meaningless ones; each text once."""
    seen: set[str] = set()
    out = []
    for source, value in found:
        word = value.strip().strip('"')
        if word and word not in seen and not refuse.match(word):
            seen.add(word)
            out.append((source, word))
    return out


def readings(identity: Identity) -> list[Reading]:
    """The probe's detail: every candidate with its source as index."""
    out = [Reading("device.model", source, "", model) for source, model in identity.models]
    out += [Reading("device.serial", source, "", serial) for source, serial in identity.serials]
    if identity.version:
        out.append(Reading("device.version", "", "", identity.version))
    return out
