"""Which report numbers of an agent have been received: ranges as text, so that a repeat is harmless for ever."""

from bisect import bisect_right

Ranges = list[tuple[int, int]]


def parse(text: str) -> Ranges:
    """`"1-500,502"` -> `[(1, 500), (502, 502)]`, ascending and apart by at least two."""
    out: Ranges = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        out.append((int(first), int(last or first)))
    return out


def text(ranges: Ranges) -> str:
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in ranges)


def has(ranges: Ranges, number: int) -> bool:
    at = bisect_right(ranges, (number, float("inf"))) - 1
    return at >= 0 and ranges[at][0] <= number <= ranges[at][1]


def add(ranges: Ranges, number: int) -> bool:
    """Add a number in place; False where it was there already."""
    at = bisect_right(ranges, (number, float("inf"))) - 1
    if at >= 0 and number <= ranges[at][1]:
        return False
    joins_left = at >= 0 and ranges[at][1] == number - 1
    joins_right = at + 1 < len(ranges) and ranges[at + 1][0] == number + 1
    if joins_left and joins_right:
        ranges[at : at + 2] = [(ranges[at][0], ranges[at + 1][1])]
    elif joins_left:
        ranges[at] = (ranges[at][0], number)
    elif joins_right:
        ranges[at + 1] = (number, ranges[at + 1][1])
    else:
        ranges.insert(at + 1, (number, number))
    return True
