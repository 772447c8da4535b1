"""CPU load and memory in the vendors' own objects. One object a line, by OID below 1.3.6.1.4.1."""

from typing import Final

from agent.mibs.walk import Reader, count, listed, measure
from agent.report import Value
from agent.snmp.values import SnmpValue


def whole(scale: float = 1.0) -> Reader:
    """Percent to whole numbers: more would be noise, and each change costs bytes on a slow line."""
    exact = measure(scale, 0, 100)

    def read(raw: SnmpValue) -> Value:
        value = exact(raw)
        return round(value) if isinstance(value, int | float) else None

    return read


VENDORS: Final = listed(
    """
9.2.1.57                                   cpu.load               %      load
9.2.1.58                                   cpu.load               %      load
9.6.1.101.1.8                              cpu.load               %      load
9.6.1.101.1.9                              cpu.load               %      load
9.9.48.1.1.1.5                             mem.used               byte   count
9.9.109.1.1.1.1.5                          cpu.load               %      load
9.9.109.1.1.1.1.7                          cpu.load               %      load
9.9.109.1.1.1.1.8                          cpu.load               %      load
9.9.221.1.1.1.1.18                         mem.used               byte   count
11.2.14.11.5.1.1.2.1.1.1.5                 mem.total              byte   count
11.2.14.11.5.1.1.2.1.1.1.7                 mem.used               byte   count
11.2.14.11.5.1.1.2.2.1.1.7                 mem.used               byte   count
11.2.14.11.5.1.9.6.1                       cpu.load               %      load
89.1.7                                     cpu.load               %      load
89.1.8                                     cpu.load               %      load
89.1.9                                     cpu.load               %      load
171.12.1.1.6.1                             cpu.load               %      load
171.12.1.1.6.2                             cpu.load               %      load
171.12.1.1.6.3                             cpu.load               %      load
171.12.1.1.9.1.4                           mem.used_percent       %      load
171.14.5.1.4.1.4                           mem.used               byte   count
171.14.5.1.7.1.4                           cpu.load               %      load
207.8.4.4.3.3.3                            cpu.load               %      load
207.8.4.4.3.3.7                            cpu.load               %      load
674.10895.5000.2.6132.1.1.1.1.4.9          cpu.load               %      load
890.1.15.3.2.4                             cpu.load               %      load
890.1.15.3.2.5                             mem.used_percent       %      load
890.1.15.3.50.1.1.3                        mem.total              byte   count
890.1.15.3.50.1.1.4                        mem.used               byte   count
890.1.15.3.50.1.1.5                        mem.used_percent       %      load
890.1.15.3.50.2.1                          cpu.load               %      load
1916.1.32.1.2                              cpu.load               %      load
1916.1.32.1.4.1.9                          cpu.load               %      load
2007.4.1.2.1.2.1.1.1                       cpu.load               %      load
2007.4.1.2.1.2.1.1.2                       cpu.load               %      load
2007.4.1.2.1.2.1.1.3                       cpu.load               %      load
2011.2.6.7.1.1.2.1.5                       cpu.load               %      load
2011.2.6.7.1.1.2.1.6                       mem.used_percent       %      load
2011.5.25.31.1.1.1.1.5                     cpu.load               %      load
2011.5.25.31.1.1.1.1.7                     mem.used_percent       %      load
2636.3.1.13.1.8                            cpu.load               %      load
2636.3.1.13.1.11                           mem.used_percent       %      load
3320.9.109.1.1.1.1.3                       cpu.load               %      load
3320.9.109.1.1.1.1.4                       cpu.load               %      load
3320.9.109.1.1.1.1.5                       cpu.load               %      load
3902.1015.2.1.1.3.1.9                      cpu.load               %      load
3902.1015.2.1.1.3.1.11                     mem.used_percent       %      load
4526.10.1.1.4.9                            cpu.load               %      load
4526.11.1.1.4.9                            cpu.load               %      load
7367.3.6                                   cpu.load               %      load
7367.3.7                                   mem.used_percent       %      load
8886.1.1.5.1.1.1.3                         cpu.load               %      load
11863.6.4.1.1.1.1.1.2                      cpu.load               %      load
11863.6.4.1.1.1.1.1.3                      cpu.load               %      load
11863.6.4.1.1.1.1.1.4                      cpu.load               %      load
11863.6.4.1.2.1.1.2                        mem.used_percent       %      load
12356.101.4.1.3                            cpu.load               %      load
12356.101.4.1.4                            mem.used_percent       %      load
12356.101.4.1.5                            mem.total              byte   kilo
14823.2.2.1.2.1.13.1.3                     cpu.load               %      load
14823.2.3.3.1.2.1.1.7                      cpu.load               %      load
14823.2.3.3.1.2.1.1.10                     mem.total              byte   count
17713.21.2.1.64                            cpu.load               %      load_tenths
17713.22.1.1.1.6                           cpu.load               %      load
17713.22.1.1.1.7                           mem.used_percent       %      load
25053.1.2.1.1.1.15.13                      cpu.load               %      load
25053.1.2.1.1.1.15.14                      mem.used_percent       %      load
25506.2.6.1.1.1.1.6                        cpu.load               %      load
25506.2.6.1.1.1.1.8                        mem.used_percent       %      load
37950.1.1.5.10.12.3                        cpu.load               %      load
37950.1.1.5.10.13.1.1.4                    mem.used_percent       %      load
37950.1.1.5.10.13.1.1.5                    cpu.load               %      load
41112.1.4.8.3                              cpu.load               %      load_hundredths
""",
    {
        "load": whole(),
        "load_tenths": whole(0.1),
        "load_hundredths": whole(0.01),
        "count": count,
        "kilo": measure(1024),
    },
)
