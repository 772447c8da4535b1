"""The road to UPS behind Network UPS Tools (TCP 3493, RFC 9271), by the client aionut; it only reads.

upsd serves the last value as if it were fresh until MAXAGE (15 s by default) has passed; then it says DATA-STALE. That
a value came is therefore no proof that the driver lives: `driver.state` and the error below are.
"""

import asyncio
from typing import Final

import aionut

from agent.targets import Target

TIMEOUT_S: Final = 4.0
NO_COMMUNICATION: Final = ("DATA-STALE", "DRIVER-NOT-CONNECTED")


class NutError(Exception):
    """The UPS could not be read; the message is a sentence that names the target."""


class Unreachable(NutError):
    """upsd itself does not answer: connection refused, no route, nothing in time."""


class NoCommunication(NutError):
    """upsd answers, but its driver has lost the UPS: DATA-STALE or DRIVER-NOT-CONNECTED."""


class UnknownUps(NutError):
    """upsd answers, and has no UPS of this name."""


class Refused(NutError):
    """upsd answers, and does not let us read, or answers what the protocol does not know."""


class _Lenient(aionut.AIONUTClient):
    """aionut decodes ASCII strictly, and one byte of a model name in another encoding would hide the whole UPS."""

    async def _read_util(self, data: str) -> str:
        assert self._reader is not None
        async with asyncio.timeout(self.timeout):
            response = await self._reader.readuntil(data.encode("ascii"))
        return response.decode("utf-8", "replace")


class NutRoad:
    """`await NutRoad().variables(target)` of a target nut://host/ups."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s

    async def variables(self, target: Target) -> dict[str, str]:
        """All variables of the UPS as text, e.g. {"ups.status": "OL CHRG"}. Raises NutError's children."""
        ups = target.path.strip("/")
        client = _Lenient(
            target.host,
            target.port,
            username=target.user or None,
            password=target.option("password") or None,
            timeout=self.timeout_s,
            persistent=False,
        )
        try:
            async with asyncio.timeout(2 * self.timeout_s):
                return await client.list_vars(ups)
        except aionut.NUTLoginError as error:
            raise Refused(f"{target}: upsd refuses access; right is a user that upsd.users lists") from error
        except aionut.NUTCommandError as error:
            raise _said(str(error), target, ups) from error
        except (
            aionut.NUTOSError,
            aionut.NUTTimeoutError,
            aionut.NUTConnectionClosedError,
            TimeoutError,
            OSError,
        ) as error:
            raise Unreachable(f"{target}: upsd does not answer ({error or 'nothing came in time'})") from error
        except (aionut.NUTError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, UnicodeError) as error:
            raise Refused(f"{target}: what answers on port {target.port} does not speak NUT ({error})") from error
        finally:
            client.shutdown()


def _said(message: str, target: Target, ups: str) -> NutError:
    """The error that upsd's ERR line means (RFC 9271 §5.1)."""
    word = message.rsplit("ERR ", 1)[-1].split(" ")[0].strip()
    if word in NO_COMMUNICATION:
        return NoCommunication(f"{target}: upsd has lost the UPS ({word})")
    if word == "UNKNOWN-UPS":
        return UnknownUps(f"{target}: upsd has no UPS named {ups!r}; `upsc -l {target.host}` lists those that it has")
    return Refused(f"{target}: upsd answers {word}")
