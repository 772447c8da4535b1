"""What can go wrong in words that a person understands; the core never hears of HTTP."""


class HouseError(Exception):
    """Carries one sentence that says what was wrong and what would be right.

    `sentence` is written as a literal, so that pages find its translation; what differs from case to case stands in
    `values` and in the sentence as %(name)s.
    """

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class NotFound(HouseError):
    """It does not exist, or not for this person: the two are not told apart."""


class Conflict(HouseError):
    """It cannot be done in the present state."""


class Refused(HouseError):
    """It is not allowed, or the proof does not hold."""


class Expired(HouseError):
    """It was valid once."""


class Invalid(HouseError):
    """A field is wrong; `field` names it."""

    def __init__(self, field: str, sentence: str, /, **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field
