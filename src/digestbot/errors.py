"""What can go wrong, as one tree. An error is a message id and its values; `render` finds the words.

    DigestbotError
    ├── UserError            a reader's input; the reader can mend it, nothing was changed
    │   └── QueryError       a topic that can't be read; knows where
    ├── OperatorError        what the operator has to mend; ends the start, and has its own words
    │   ├── SettingsError    the operator's input; with exit code 2
    │   └── OutageError      what we need is away, or full; with exit code 1: a later start may do
    └── SourceError          a server outside did not give what was asked; tried again later

Anything else is our own bug: it is logged once under an id, and the reader is told that id.
"""


class DigestbotError(Exception):
    """Something that we foresee. *id* names the message, *values* are what it is filled with."""

    def __init__(self, id: str, **values: object) -> None:  # noqa: A002 - the field's own word
        super().__init__(id, values)
        self.id = id
        self.values = values

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.id} ({told})" if told else self.id


class UserError(DigestbotError):
    """What a reader wrote can't be used; the message says why and gives an example."""


class QueryError(UserError):
    """A topic that can't be parsed. *position* counts characters from 0."""

    def __init__(self, id: str, position: int, **values: object) -> None:  # noqa: A002
        super().__init__(id, position=position, **values)
        self.position = position


class OperatorError(DigestbotError):
    """What keeps the bot from its work. *problems* are a line each, in English, without any secret."""

    def __init__(self, *problems: str) -> None:
        super().__init__("problems", problems=problems)
        self.problems = problems


class SettingsError(OperatorError):
    """A setting that is wrong or missing."""


class OutageError(OperatorError):
    """What we need is away or full, and time may mend it."""


class SourceError(DigestbotError):
    """A source could not be read. Values: `url`, `reason`."""
