"""Links of schools: found by their code. What they hang on is named by its code and is there before."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from inventory import connections
from inventory.errors import Conflict, Invalid
from inventory.exchange.cells import day, line, one_of, whole, yes_no
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step
from inventory.exchange.lookups import school_of, schools, streamed
from inventory.network import LinkKind
from inventory.roles import Permission, Who
from inventory.tables import Link, Node, School

KINDS: Final = {
    "optik": "fiber", "fiber-optik": "fiber", "оптика": "fiber", "4g": "mobile_4g", "lte": "mobile_4g",
    "peyk": "satellite", "спутник": "satellite", "wi-max": "wimax", "simsiz": "wireless_p2p",
}  # fmt: skip
NODES: Final = ("provider", "node", "feeder")
COLUMNS: Final = (
    Column("code", "Xəttin kodu", "Link code", "Код линии", line(60, needed=True), needed=True,
           also=("kod", "код", "xətt", "link")),
    Column("emis", "EMIS kodu", "EMIS code", "Код EMIS", line(32, needed=True), needed=True,
           also=("UTİS kodu", "TİMS kodu", "məktəb", "school", "школа")),
    Column("kind", "Növü", "Kind", "Вид", one_of(LinkKind, KINDS), needed=True, also=("texnologiya", "type", "тип")),
    Column("provider", "Provayder (kod)", "Provider (code)", "Провайдер (код)", line(40), empty="",
           also=("provayder", "provider", "провайдер")),
    Column("node", "Qovşaq (kod)", "Node (code)", "Узел (код)", line(40), empty="", also=("qovşaq", "ats", "узел")),
    Column("feeder", "Elektrik fideri (kod)", "Power feeder (code)", "Фидер (код)", line(40), empty="",
           also=("fider", "фидер")),
    Column("contract_no", "Müqavilə nömrəsi", "Contract number", "Номер договора", line(60), empty="",
           also=("müqavilə", "contract", "договор")),
    Column("down_kbits", "Endirmə (kbit/s)", "Download (kbit/s)", "Загрузка (кбит/с)", whole(1, 1_000_000_000),
           empty=None, number=True, also=("sürət", "speed", "скорость")),
    Column("up_kbits", "Yükləmə (kbit/s)", "Upload (kbit/s)", "Отдача (кбит/с)", whole(1, 1_000_000_000), empty=None,
           number=True),
    Column("intranet", "İntranet", "Intranet", "Интранет", yes_no),
    Column("internet", "İnternet", "Internet", "Интернет", yes_no),
    Column("teaching", "Tədris üçün", "For teaching", "Для обучения", yes_no),
    Column("fibres", "Lif sayı", "Fibres", "Число волокон", whole(1, 1000), empty=None, number=True),
    Column("programme", "Proqram", "Programme", "Программа", line(60), empty=""),
    Column("from_on", "Başlanğıc", "From", "С", day, empty=None, also=("qoşulub", "подключена")),
    Column("until_on", "Son", "Until", "По", day, empty=None, also=("ayrılıb", "отключена")),
)  # fmt: skip


class Look:
    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        self._session, self._by, self._at = session, by, at
        self._schools = schools(session, rows, by)
        codes = {cells["code"] for cells in rows}
        known = (
            select(Link, School).join(School, col(School.id) == col(Link.school_id)).where(col(Link.code).in_(codes))
        )
        self._known = {link.code: (link, school) for link, school in session.execute(known)}
        self._nodes: dict[str, int | None] = {}
        self._codes: dict[int | None, str] = {None: ""}
        for node_id, code in session.execute(select(col(Node.id), col(Node.code))):
            self._nodes[code], self._codes[node_id] = node_id, code

    def now(self, cells: Cells) -> Cells | None:
        found = self._known.get(cells["code"])
        if found is None:
            return None
        link, school = found
        if not self._by.scope.covers(school.district_code, school.id):
            raise Conflict("A link with the code %(code)s is there already.", code=link.code)
        return cells_of(link, school.emis, *(self._codes[getattr(link, f"{name}_id")] for name in NODES))

    def check(self, step: Step) -> None:
        """The services check."""

    def write(self, steps: Sequence[Step]) -> None:
        for step in steps:
            facts: dict[str, Any] = {}
            for name, value in step.changed.items():
                if name in NODES:
                    facts[f"{name}_id"] = self._node(name, value)
                elif name not in ("code", "emis"):
                    facts[name] = value
            code = step.cells["code"]
            if step.now is None:
                school = school_of(self._schools, step.cells)
                connections.link_opened(
                    self._session, school, code, facts.pop("kind"), by=step.by, at=self._at, **facts
                )  # fmt: skip
                continue
            if "emis" in step.changed:
                raise Invalid("emis", "A link stays at its school; end it, and open another one.")
            connections.link_changed(self._session, self._known[code][0], facts, by=step.by, at=self._at)

    def _node(self, name: str, code: str) -> int | None:
        if not code:
            return None
        if code not in self._nodes:
            raise Invalid(name, "There is no node with the code %(code)s; enter it first.", code=code)
        return self._nodes[code]


def cells_of(link: Link, emis: str, provider: str, node: str, feeder: str) -> Cells:
    return {
        "code": link.code, "emis": emis, "kind": link.kind, "provider": provider, "node": node, "feeder": feeder,
        "contract_no": link.contract_no, "down_kbits": link.down_kbits, "up_kbits": link.up_kbits,
        "intranet": link.intranet, "internet": link.internet, "teaching": link.teaching, "fibres": link.fibres,
        "programme": link.programme, "from_on": link.from_on, "until_on": link.until_on,
    }  # fmt: skip


def exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    codes: dict[int | None, str] = {None: ""}
    codes |= {row[0]: row[1] for row in session.execute(select(col(Node.id), col(Node.code)))}
    rows = select(Link, col(School.emis)).join(School, col(School.id) == col(Link.school_id))
    for link, emis in streamed(session, rows.where(col(Link.id).in_(chosen)).order_by(col(Link.code))):
        yield Out(cells_of(link, emis, *(codes[getattr(link, f"{name}_id")] for name in NODES)))


KIND: Final = Kind(
    "links", "Xətlər", "Links", "Линии связи", COLUMNS, ("code",), Permission.KEEP_PLACES, exported, Look
)  # fmt: skip
