"""Which words in a header say what its column holds? Compared without case, blanks and signs; not a word of a value."""

import re

FIELDS: dict[str, tuple[str, ...]] = {
    "full_name": (
        *("name", "personname", "fullname", "patientname", "subjectname", "nametext", "inmatename", "guestname"),
        *("clientname", "defendantname", "arresteename", "involvedname", "offendername", "personfullname"),
    ),
    "first_name": (
        *("firstname", "first", "fname", "givenname", "given", "forename", "firstnm", "namefirst", "persongivenname"),
    ),
    "middle_name": ("middlename", "middle", "mname", "middleinitial", "mi", "secondname", "personmiddlename"),
    "last_name": (
        "lastname",
        "last",
        "lname",
        "surname",
        "familyname",
        "family",
        "lastnm",
        "namelast",
        "personsurname",
    ),
    "suffix": ("suffix", "namesuffix", "personnamesuffixtext"),
    "birth_date": ("dob", "birthdate", "dateofbirth", "birthday", "birthdt", "dobdate", "personbirthdate"),
    "sex": ("sex", "gender", "birthsex", "administrativegender", "personsexcode", "personsextext", "personsex"),
    "ssn": (
        *("ssn", "ssnlast4", "socialsecuritynumber", "socialsecurityno", "socsecno", "last4ssn"),
        "personssnidentification",
    ),
    "phone": (
        *("phone", "phonenumber", "telephone", "homephone", "cellphone", "mobile", "phoneno", "tel"),
        "telephonenumberfullid",
    ),
    "email": ("email", "emailaddress", "mail", "contactemailid"),
    "street_address": (
        "address",
        "street",
        "streetaddress",
        "addr",
        "address1",
        "addressline1",
        "addressline",
        "homeaddress",
        "addressfulltext",
        "streetfulltext",
    ),
    "city": ("city", "town", "homecity", "addresscity", "addresscityname", "locationcityname"),
    "state": ("state", "homestate", "addressstate", "st", "stateuspostalservicecode", "stateuscode"),
    "postcode": ("zip", "zipcode", "postcode", "postalcode", "zip5", "addresspostalcode", "locationpostalcode"),
}
"""Field of a person → what headers, and elements of NIEM, call it; letters and digits only."""

MEANINGS = {
    "full_name": "Whole name.",
    "first_name": "Given name.",
    "middle_name": "Middle name or initial.",
    "last_name": "Surname.",
    "suffix": "Jr, Sr, II and the like.",
    "birth_date": "Date of birth.",
    "sex": "Sex.",
    "ssn": "Social security number.",
    "phone": "Phone of the person.",
    "email": "Email address of the person.",
    "street_address": "Street address.",
    "address_line": "Address in one line.",
    "city": "City of the address.",
    "state": "State of the address.",
    "postcode": "ZIP code of the address.",
}
"""Field of a person → its meaning on the reference page."""

PERSONAL = re.compile(
    r"name|birth|dob|ssn|social|phone|mobile|email|address|addr|street|zip|postal|\blat\b|\blon\b|latitude|longitude"
    r"|race|ethnic|relig|marital|maiden|mother|father|guardian|passport|licen[cs]e|driver|alias|deceas|death|famil|aka|patient|person"
    r"|national|(^|_)nin$|officer|deputy|clinician|nurse|doctor|reporter|caller|badge|contact",
    re.IGNORECASE,
)
"""Headers of columns that could point at a person, staff among them: their values are never written anywhere."""

FREE_TEXT = re.compile(r"note|comment|narrative|remark|summary|reason$|description|location", re.IGNORECASE)
"""Headers of columns in which anything may stand about anybody."""

IDENTIFIER = re.compile(r"(^|[^A-Za-z])(?i:id|no|num|nbr|number|key|seq|guid|uuid)$|(Id|No|Num|Number|ID)$")
"""Headers of columns that number something."""

DATED = re.compile(r"date|time|when|dob|birth|(^|[^a-z])d?tm?$|_(at|on)$", re.IGNORECASE)
"""Headers of columns that may hold days as plain numbers."""

TIME_OF_DAY = re.compile(r"time|(^|[^a-z])tm$|hour", re.IGNORECASE)
"""Headers without which four digits are no time of day."""


OF_BOOKINGS = re.compile(r"booking|inmateid|inmateno|inmatenum|inmatename|jail")
OF_CALLS = re.compile(r"call|incident|dispatch|cadevent")
"""Words of which a header has one where each row is a booking, or a call; compared as by `plain`."""


def plain(header: str) -> str:
    """How is a header compared? In small letters, letters and digits only.

    >>> plain("Last_Name"), plain("ZIP code")
    ('lastname', 'zipcode')
    """
    return re.sub(r"[^a-z0-9]", "", header.lower())


def field_of(header: str) -> str | None:
    """Which field of a person does a header name? None where it names none."""
    return next((field for field, words in FIELDS.items() if plain(header) in words), None)
