"""Licences of the report (P41): 32,000 of Windows and Office, 3,840 antivirus, 3,000 access, all renewed yearly."""

from collections.abc import Sequence
from datetime import date

from inventory.licensing import Metric
from inventory.tables import Allocation, District, Entitlement, LicencePool, Product
from server.demo.national.republic import Republic
from server.demo.national.writer import Writer

YEARS = 3


def licensed(writer: Writer, republic: Republic, districts: Sequence[District]) -> None:
    """A chain of yearly renewals for each pool; what districts were given never exceeds what was bought."""
    size = republic.size
    for code, name, edition, metric, seats in (
        ("xp-2008", "Windows XP", "Professional", Metric.DEVICE, size.windows),
        ("office-2008", "Office XP", "Professional", Metric.DEVICE, size.windows),
        ("kasper-2010", "Kaspersky Anti-Virus", "", Metric.DEVICE, size.antivirus),
        ("cal-2010", "Windows Server CAL", "", Metric.CAL, size.server_cal),
    ):
        product = writer.row(Product, name=name, edition=edition, metric=metric)
        pool = writer.row(LicencePool, code=code, product_id=product, owner="TSİİ", demo=True)
        before = None
        for year in range(republic.year + 1 - YEARS, republic.year + 2):
            before = writer.row(
                Entitlement, pool_id=pool, quantity=seats, from_on=date(year, 1, 1), last_on=date(year, 12, 31),
                renews_id=before,
            )  # fmt: skip
        share = int(seats * 0.97) // len(districts)
        for district in districts if share else ():
            writer.row(
                Allocation, pool_id=pool, district_code=district.code, quantity=share,
                from_on=date(republic.year + 1 - YEARS, 1, 1), last_on=date(republic.year + 1, 12, 31),
            )  # fmt: skip
