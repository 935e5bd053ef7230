"""What can go wrong, and what should the reader of the message do?

One tree. Every message says which agency, feed, file or setting (in brackets) and what to do. No message ever
contains a person's data: ids, counts, column names and line numbers only.
"""


class OutreachError(Exception):
    """Something a person has to know about. Its text is safe to log: it never carries a person's value."""

    def lines(self) -> list[str]:
        """What is told of it? One clear line each."""
        return [str(self)]


class DeclarationError(OutreachError):
    """An agency's declaration cannot be right. Raised at import, with the offending value in brackets."""


class SettingError(OutreachError):
    """A setting or an argument cannot be used as given."""


class DeliveryRefused(OutreachError):
    """A delivered file cannot be taken in at all: retrying will not help, the agency has to send it again."""

    def __init__(self, agency: str, feed: str, file_name: str, reason_code: str, message: str) -> None:
        self.agency, self.feed, self.file_name, self.reason_code = agency, feed, file_name, reason_code
        self.others: tuple[DeliveryRefused, ...] = ()  # refused files of the same agency in the same run
        super().__init__(f"[{agency}] [{feed}] [{file_name}]: {message}")

    def lines(self) -> list[str]:
        """What is told of it and of the agency's other refused files? One clear line each."""
        return [str(self), *(str(other) for other in self.others)]


class SourceProblem(OutreachError):
    """Files could not be brought from where an agency leaves them: nothing half is left, and the next try goes on."""


class SourceUnavailable(SourceProblem):
    """The place is down or went away: trying again may help."""


class SourceRefused(SourceProblem):
    """The place answered no, or gave what cannot be used: a person has to correct something there or here."""


class TableBroken(OutreachError):
    """A table of ours does not hold what it promises: a mistake in the program, so nothing goes on from it."""


class StoreError(OutreachError):
    """The database did not do what was asked."""


class StoreUnavailable(StoreError):
    """The database cannot be reached or went away: trying again may help."""


class RunInProgress(StoreError):
    """Another run holds this database: wait for it to end, then start again."""


class BackupRefused(OutreachError):
    """A backup cannot be made, or not be restored: the target is as it was before."""


class NothingToPublish(OutreachError):
    """No agency has delivered anything that can be used, so no list was published and the last one stays current."""


class PublishHeldBack(OutreachError):
    """A new list did not pass its gate: the last good one stays current, and a person has to look at it."""

    def __init__(self, list_id: str, findings: tuple[str, ...], last_good: str | None) -> None:
        self.list_id, self.findings = list_id, findings
        self.refusals: tuple[str, ...] = ()  # files that were refused in the same run, one clear line each
        stays = f"the list of {last_good} stays current and says so" if last_good else "no list was ever published"
        super().__init__(f"the new list was held back and {stays}; `outreach gate` shows every check [{list_id}]")

    def lines(self) -> list[str]:
        """What is told of it? The list and what became of it, each check that failed, each file that was refused."""
        return [str(self), *self.findings, *(f"not taken in: {line}" for line in self.refusals)]


class UnknownPerson(OutreachError):
    """No person of that id was ever known here."""


class ReviewRefused(OutreachError):
    """A decision cannot be written as asked: the item is not in the queue, or was decided already."""
