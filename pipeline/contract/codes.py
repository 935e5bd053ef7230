"""Which words may a coded column hold? The closed lists, one enum each; the value is what the database holds."""

from enum import StrEnum


class LawTag(StrEnum):
    """Which law says who may see a column or a row?"""

    HIPAA = "hipaa"  # 45 CFR 164: care given by a provider
    PART2 = "part2"  # 42 CFR Part 2: substance use treatment, only under a written consent
    CJIS = "cjis"  # FBI CJIS security policy: criminal justice information
    HMIS = "hmis"  # HUD's HMIS privacy and security standards (69 FR 45888): services to people without a home


class EncounterKind(StrEnum):
    """What happened between a person and an agency?"""

    CALL_FOR_SERVICE = "call_for_service"
    BOOKING = "booking"
    VISIT = "visit"
    CO_RESPONSE = "co_response"
    REFERRAL = "referral"
    HOUSING_SERVICE = "housing_service"  # a stay in a shelter or another service to people without a home; no care


class Setting(StrEnum):
    """Where was care given?"""

    EMERGENCY = "emergency"
    CRISIS_CENTER = "crisis_center"
    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"
    OTHER = "other"


class Release(StrEnum):
    """How did a stay in jail end?"""

    COMMUNITY = "community"
    ELSEWHERE = "elsewhere"  # transferred: not in this jail and not at home until a later encounter shows otherwise
    DEATH = "death"
    LEFT_UNKNOWN = "left_unknown"  # out of custody, and nobody said how: neither a release nor a transfer


class Screen(StrEnum):
    """What did the brief jail mental health screen say at booking?"""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    REFUSED = "refused"


class Outcome(StrEnum):
    """How did a co-responder team's response end?"""

    RESOLVED_ON_SCENE = "resolved_on_scene"
    CRISIS_CENTER = "crisis_center"
    EMERGENCY_DEPARTMENT = "emergency_department"
    HOSPITAL = "hospital"
    JAIL = "jail"
    REFERRAL = "referral"
    REFUSED = "refused"


class Urgency(StrEnum):
    """How soon does a partner ask us to reach out?"""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class Condition(StrEnum):
    """Which lasting condition does a provider know of?"""

    SERIOUS_MENTAL_ILLNESS = "serious_mental_illness"
    SUBSTANCE_USE = "substance_use"


class Exclusion(StrEnum):
    """Why is a person not shown? In the order in which they are asked; the first that holds is the one given."""

    DECEASED = "deceased"
    IN_CUSTODY = "in_custody"
    TRANSFERRED_ELSEWHERE = "transferred_elsewhere"
    MINOR = "minor"
    AGE_UNKNOWN = "age_unknown"
    NO_CONSENT_BASIS = "no_consent_basis"


class AgencyStatus(StrEnum):
    """How far can the list rely on an agency's data?"""

    COMPLETE = "complete"
    LATE = "late"
    STOPPED = "stopped"  # its newest delivery was refused; what it sent before is still used
    MISSING = "missing"  # never delivered anything


class DeliveryStatus(StrEnum):
    """How far did a delivered file get?"""

    RECEIVED = "received"
    CHECKED = "checked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    HELD_BACK = "held_back"  # good itself, but another file of the same agency was refused in the same run


class RowFault(StrEnum):
    """Why was a row set aside?"""

    WIDTH = "wrong_width"
    NOT_JSON = "not_json"
    NOT_XML = "not_xml"
    WRONG_RESOURCE = "wrong_resource"
    UNKNOWN_ELEMENT = "unknown_element"
    EMPTY_KEY = "empty_key"
    MISSING_VALUE = "missing_value"
    UNKNOWN_CODE = "unknown_code"
    BAD_DATE = "bad_date"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    ENCODING = "wrong_encoding"
    OPEN_QUOTE = "open_quote"
    WRONG_SEGMENTS = "wrong_segments"
    WRONG_VERSION = "wrong_version"
    SEVERAL_VALUES = "several_values"
    EMPTY_TEXT = "empty_text"
    WRONG_SHAPE = "wrong_shape"
    NO_SUCH_ID = "no_such_id"
    LOST_DIGITS = "lost_digits"
    UNREADABLE = "unreadable"
    MISSING_COLUMN = "missing_column"
    ROW_COUNT = "row_count"
    FILE_REFUSED = "file_refused"
    DRIFTED = "drifted"  # the file differs from those before it in a way that would do harm
    AGENCY_STOPPED = "agency_stopped"
    WHOLE_DELIVERY = "whole_delivery"  # a ZIP that may not be read, or an export that says it is not complete


class Verdict(StrEnum):
    """What did a person decide about a pair of records?"""

    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot_tell"
    UNDONE = "undone"  # takes back an earlier decision; the one before it counts again


class ReviewKind(StrEnum):
    """Why should a person look at a pair of records?"""

    UNCERTAIN_LINK = "uncertain link"
    UNCERTAIN_DIFFERENCE = "uncertain difference"
    CONFLICTING_IDENTIFIERS = "conflicting identifiers"
    LARGE_PERSON = "large person"
    CONTRADICTION = "contradiction"


class SealingCause(StrEnum):
    """Why does a record have to be as if it had never been?"""

    SEALED = "sealed"  # by a court or by law: it may not be seen
    EXPUNGED = "expunged"  # by a court or by law: it may not exist
    MISTAKEN = "mistaken"  # it was about somebody else, or nothing happened
    RETRACTED = "retracted"  # the sender takes it back


class Drift(StrEnum):
    """How does a file differ from those of its feed before it?"""

    NEW_COLUMN = "new_column"
    MISSING_COLUMN = "missing_column"
    RENAMED_COLUMN = "renamed_column"
    REORDERED = "reordered"
    SWAPPED_COLUMNS = "swapped_columns"
    HOLDS_ANOTHER = "holds_another"  # a column looks like another one, or has the same days
    BIRTHS_ARE_EVENTS = "births_are_events"  # birth dates are the days on which something happened
    BIRTHS_TOO_YOUNG = "births_too_young"
    FILLED_LESS = "filled_less"
    FILLED_MORE = "filled_more"
    ONE_VALUE = "one_value"
    UNKNOWN_VALUES = "unknown_values"  # codes or dates that the declaration does not know, where there were none
    OTHER_ENCODING = "other_encoding"
    FEW_ROWS = "few_rows"
    FAR_TOO_FEW_ROWS = "far_too_few_rows"
    MANY_ROWS = "many_rows"
    OTHER_DAY = "other_day"  # the day of the file's name does not go with what is inside
    SAME_BYTES = "same_bytes"
