"""SNMPv3 (USM, RFC 3414), by pysnmp's own engine. Imported only where a target needs it: it costs 14 MB.

This is the floor below pysnmp's hlapi: that one resolves every name through MIB modules (half of its CPU time) and
takes another 13 MB.
"""

import asyncio
import socket
from typing import Any, Final

from pysnmp.carrier.asyncio.dgram import udp, udp6  # type: ignore[import-untyped]
from pysnmp.entity import config  # type: ignore[import-untyped]
from pysnmp.entity.engine import SnmpEngine  # type: ignore[import-untyped]
from pysnmp.entity.rfc3413.cmdgen import CommandGenerator  # type: ignore[import-untyped]
from pysnmp.error import PySnmpError  # type: ignore[import-untyped]
from pysnmp.proto import errind  # type: ignore[import-untyped]
from pysnmp.proto.api import v2c  # type: ignore[import-untyped]

from agent.snmp import pdus, questions
from agent.snmp.manner import Address, Manner, User, resolve
from agent.snmp.values import Answer, Ask, NoAnswer, Refused, Rows, SnmpError

AUTH: Final = {
    "": config.USM_AUTH_NONE,
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
PRIV: Final = {
    "": config.USM_PRIV_NONE,
    "DES": config.USM_PRIV_CBC56_DES,
    "3DES": config.USM_PRIV_CBC168_3DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES192": config.USM_PRIV_CFB192_AES,
    "AES256": config.USM_PRIV_CFB256_AES,
}
REASONS: Final = {
    errind.UnknownUserName: "the device does not know the user",
    errind.UnknownSecurityName: "the device does not know the user",
    errind.WrongDigest: "the auth password or auth_proto is wrong",
    errind.AuthenticationFailure: "the auth password or auth_proto is wrong",
    errind.DecryptionError: "the priv password or priv_proto is wrong",
    errind.UnsupportedSecurityLevel: "the device does not offer this user what was asked (auth, priv)",
    errind.NotInTimeWindow: "the device's engine clock does not keep to the protocol (RFC 3414 §3.2)",
}


class Engine:
    """pysnmp's engine with one user. One per user: pysnmp keeps one password per user name and engine."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.engine = SnmpEngine()
        self.generator = CommandGenerator()
        self.names: dict[tuple[Address, Manner], str] = {}
        config.add_v3_user(
            self.engine, user.name, AUTH[user.auth_proto], user.auth or None, PRIV[user.priv_proto], user.priv or None
        )
        level = "authPriv" if user.priv else "authNoPriv" if user.auth else "noAuthNoPriv"
        config.add_target_parameters(self.engine, "user", user.name, level, 3)

    def name(self, family: int, address: Address, manner: Manner) -> str:
        """pysnmp's name for a device, which is made known to it the first time."""
        known = self.names.get((address, manner))
        if known:
            return known
        carrier: Any = udp6 if family == socket.AF_INET6 else udp
        transport = carrier.Udp6AsyncioTransport if family == socket.AF_INET6 else carrier.UdpAsyncioTransport
        if not config.get_transport(self.engine, carrier.DOMAIN_NAME):
            config.add_transport(self.engine, carrier.DOMAIN_NAME, transport().open_client_mode())
        name = self.names[address, manner] = f"device{len(self.names)}"
        config.add_target_address(
            self.engine, name, carrier.DOMAIN_NAME, address, "user", round(manner.timeout_s * 100), manner.tries - 1
        )
        return name

    async def answer(self, name: str, context: str, ask: Ask) -> Answer:
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def came(_engine: object, _handle: object, problem: Any, pdu: Any, _context: object) -> None:
            if waiting.done():
                return
            if problem:
                waiting.set_exception(refusal(problem, self.user))
            else:
                waiting.set_result(pdus.answer(v2c, pdu))

        self.generator.send_pdu(self.engine, name, None, context, pdus.question(v2c, ask), came, None)
        return await waiting


class SecureRoad:
    """The way to SNMPv3 devices; the same questions as on the plain road."""

    def __init__(self) -> None:
        self._engines: dict[User, Engine] = {}

    def close(self) -> None:
        for engine in self._engines.values():
            engine.engine.close_dispatcher()
        self._engines.clear()

    async def ask(self, host: str, port: int, manner: Manner, steps: questions.Steps[Rows]) -> Rows:
        """Raises NoAnswer, Refused."""
        assert manner.user
        family, address = await resolve(host, port)
        engine = self._engines.get(manner.user)
        try:
            if engine is None:
                engine = self._engines[manner.user] = Engine(manner.user)
            name = engine.name(family, address, manner)
            ask = next(steps)
            while True:
                ask = steps.send(await engine.answer(name, manner.context, ask))
        except StopIteration as end:
            rows: Rows = end.value
            return rows
        except PySnmpError as error:
            raise Refused(f"SNMPv3 does not come about ({type(error).__name__})") from error


def refusal(problem: Any, user: User) -> SnmpError:
    if isinstance(problem, errind.RequestTimedOut):
        # A device drops without a word what it cannot decrypt, and some do so with what is not signed.
        doubt = "is the priv password right?" if user.priv else ""
        if not user.priv:
            lacks = "priv=…" if user.auth else "auth=… and perhaps priv=…"
            doubt = f"does the device demand a password that is not in the target ({lacks})?"
        return NoAnswer(f"no answer by SNMPv3; is it on, is SNMPv3 allowed from here, {doubt}")
    return Refused(REASONS.get(type(problem), f"SNMPv3 says: {problem}"))
