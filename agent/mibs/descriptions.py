"""sysDescr, where it names the model: what the makers write there."""

import re
from typing import Final

PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"PID:(?P<model>[^,;]+)",  # HP JetDirect
        r"Router Model: (?P<model>[^,]+)",  # DrayTek
        r"^RouterOS (?P<model>\S.*)$",
        r"^SwOS (?P<model>\S.*)$",
        r"^Juniper Networks, Inc\. (?P<model>\S+) ",
        r"^HPE? (?P<model>[JR]\w{4,5} .+?),? (?:revision|Switch)",
        r"^Aruba (?P<model>J\w{4} .+?),? (?:revision|Switch)",
        r"^ProCurve (?P<model>J\w{4} .+?),? (?:revision|Switch)",
        r"^(?P<model>Room Alert \w+)",
        r"^ExtremeXOS \((?P<model>[^)]+)\)",
        r"^Huawei (?P<model>(?!Integrated|Versatile)\S+) ",
        r"^(?P<model>(?:DGS|DES|DXS|DWS|DAP|WS6)-[\w/-]+)",
        r"^(?P<model>(?:UAP|USW|UDM|USG|US|UXG|U6|U7)-[\w-]+) \d",
        r"^EdgeOS v\S+?, (?P<model>[\w-]+)",
        r"^(?P<model>(?:EdgeSwitch|EdgePoint|ES-|EP-)[\w -]+?),",
        r"^Lexmark (?P<model>[\w-]+) ",
        r"^Brother (?P<model>(?:HL|DCP|MFC)-[\w-]+)",
        r"^Canon (?P<model>[\w -]+?) /",
        r"^(?:RICOH|SAVIN|LANIER|NRG|Gestetner) (?P<model>(?:Aficio )?[\w ()-]+?) \d+\.\d",
        r"^(?:Xerox|FUJI XEROX|FUJIFILM) (?P<model>[\w() -]+?)[;,]",
        r"^Samsung (?P<model>[\w -]+?)[;,]",
        r"^(?P<model>(?:FAST )?HP (?:Color |Office|Laser|Page|Design)[^;,]+)",
        r"^(?P<model>GS\d[\w-]+|XGS\d[\w-]+|XS\d[\w-]+|ES\d{4}[\w-]*|NWA[\w-]+|IES-\d+)\b",
        r"^(?P<model>Poseidon \w+|STE2?(?: r2)?|Ares \w+|WLD|Damocles\w*(?: \w+)?)\b",
        r"^SNMP Card for HUAWEI (?P<model>UPS\w+)",
        r"^VMware (?P<model>ESXi?) ",
        r"^(?P<model>Mimosa \w+) Firmware",
        r"^HP ProCurve (?P<model>[\w -]+?),",
        r"(?:H3C|HPE|HP|3Com) (?P<model>(?:S|A|V)?\d{4}[\w+-]*(?: [\w+-]+)?) (?:Switch|Software|Product)",
        r"^(?P<model>S\d{4}[\w-]+) ?Huawei",
        r"^(?P<model>MES\d\w*)",  # Eltex
        r"^(?P<model>SNR-[\w-]+)",
        r"^BDCOM\(tm\) (?P<model>\S+) Software",
        r"^(?P<model>C[36]\d0\w?) Version",  # ZTE
        r"^(?P<model>ZXR10 \S+)",
        r"^Ubiquiti (?P<model>\S+)",
    )
)
MACHINES: Final = (
    (re.compile(r"^Cisco .*?, (?P<family>C\d[\w-]+) Software"), "{family}"),
    (re.compile(r"MN: ?(?P<card>(?!UPS_IDEN)[\w-]+) HR:"), "{card}"),  # APC: the management card's own model
    (re.compile(r"Hardware: (?:EM64T|Intel64)"), "Intel x64"),
    (re.compile(r"Hardware: AMD64"), "AMD x64"),
    (re.compile(r"Hardware: x86"), "Generic x86"),
    (
        re.compile(r"^(?:Linux|FreeBSD|OpenBSD|NetBSD|Darwin|DragonFly).* (?:x86_64|amd64|AMD64)\b"),
        "Generic x86 64-bit",
    ),
    (re.compile(r"^(?:Linux|FreeBSD|OpenBSD|NetBSD).* (?:i[3-6]86)\b"), "Generic x86"),
    (re.compile(r"^Linux.* aarch64\b"), "Generic AArch64"),
    (re.compile(r"^Linux.* armv(?P<arm>\d)"), "Generic ARMv{arm}"),
    (re.compile(r"^Linux.* mips\w*$"), "Generic MIPS"),
    (re.compile(r"^Linux.* ppc\w*$"), "Generic PowerPC"),
)
