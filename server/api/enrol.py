"""POST /api/v1/enrol: an agent comes with a one-time code and leaves with a token."""

import base64
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from alerts import watch
from inventory import intake
from inventory.errors import Invalid
from server import db
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["agents"])


class MachineIn(BaseModel):
    """The computer that the agent runs on."""

    hostname: Annotated[str, Field(max_length=200)] = ""
    machine_id: Annotated[str, Field(max_length=64)] = ""
    macs: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=64)] = []
    system: Annotated[str, Field(max_length=200)] = ""
    agent_version: Annotated[str, Field(max_length=40)] = ""


class EnrolIn(BaseModel):
    """`public_key` and `signature`: base64 of raw Ed25519 (RFC 8032); the signed text is "zeng-enrol:" + code."""

    code: Annotated[str, Field(min_length=4, max_length=40)]
    public_key: Annotated[str, Field(max_length=64)]
    signature: Annotated[str, Field(max_length=120)]
    machine: MachineIn = MachineIn()


class EnrolOut(BaseModel):
    """`t`: the server's clock, Unix ms; `report_every`: s."""

    agent: int
    token: str
    school: str
    report_every: int
    t: int


@router.post("/enrol", status_code=201)
def enrol(form: EnrolIn, engine: EngineDep) -> EnrolOut:
    at = datetime.now(UTC)
    key, signature = _bytes("public_key", form.public_key, 32), _bytes("signature", form.signature, 64)
    with db.writing(engine) as session:
        enrolment = intake.agent_enrolled(session, form.code, key, signature, form.machine.model_dump(), at=at)
        watch.agent_expected(session, enrolment.agent_id, enrolment.school.id or 0)
        school = enrolment.school.name
    t = round(at.timestamp() * 1000)
    return EnrolOut(agent=enrolment.agent_id, token=enrolment.token, school=school, report_every=60, t=t)


def _bytes(field: str, text: str, length: int) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:  # binascii.Error, and ValueError itself for letters outside ASCII
        raise Invalid(field, f"{field} is not base64: {error}.") from error
    if len(raw) != length:
        raise Invalid(field, f"{field} has {len(raw)} bytes; right are {length}.")
    return raw
