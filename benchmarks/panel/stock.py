"""Which names, streets and towns do made-up people bear? Names as often as the US census of 1990 counted them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

import names

CENSUS_FILES = {"F": "dist.female.first", "M": "dist.male.first", "last": "dist.all.last"}
LEAST_SHARE = 0.0005
"""Per cent; the census prints three decimals, so its rarest names read 0."""

SHORT = {
    "WILLIAM": "BILL BILLY WILL LIAM", "ROBERT": "BOB ROB BOBBY BERT", "RICHARD": "DICK RICK RICH",
    "JOHN": "JACK JOHNNY", "JAMES": "JIM JIMMY JAMIE", "MICHAEL": "MIKE MICK", "CHARLES": "CHARLIE CHUCK CHAS",
    "THOMAS": "TOM TOMMY THOS", "JOSEPH": "JOE JOEY JOS", "DANIEL": "DAN DANNY", "EDWARD": "ED TED NED EDDIE",
    "HENRY": "HARRY HAL HANK", "GEORGE": "GEORGIE GEO", "CHRISTOPHER": "CHRIS KIT TOPHER", "ANTHONY": "TONY",
    "STEVEN": "STEVE", "ANDREW": "ANDY DREW", "MATTHEW": "MATT", "SAMUEL": "SAM", "BENJAMIN": "BEN BENJY",
    "ALEXANDER": "ALEX SANDY ALEC", "FREDERICK": "FRED FREDDIE", "FRANCIS": "FRANK", "WALTER": "WALT WAT",
    "ALFRED": "ALF FRED", "ALBERT": "BERT AL", "EDMUND": "NED TED", "NICHOLAS": "NICK", "JONATHAN": "JON",
    "KENNETH": "KEN KENNY", "RONALD": "RON", "DONALD": "DON", "TIMOTHY": "TIM", "GREGORY": "GREG", "JEFFREY": "JEFF",
    "LAWRENCE": "LARRY", "PATRICK": "PAT PADDY", "ELIZABETH": "LIZ BETH BETTY ELIZA BESS",
    "MARGARET": "MEG PEGGY MAGGIE RITA", "CATHERINE": "KATE CATHY KITTY", "KATHERINE": "KATE KATHY",
    "MARY": "MOLLY POLLY", "ANNE": "ANNIE NAN", "SARAH": "SALLY SADIE", "MARTHA": "PATTY MATTIE",
    "JENNIFER": "JEN JENNY", "PATRICIA": "PAT TRISH PATTY", "BARBARA": "BARB", "SUSAN": "SUE SUZY",
    "DEBORAH": "DEB DEBBIE", "REBECCA": "BECKY", "PAMELA": "PAM", "SANDRA": "SANDY", "CYNTHIA": "CINDY",
    "VICTORIA": "VICKY TORI", "DOROTHY": "DOT DOLLY", "FRANCES": "FANNY FRAN", "HELEN": "NELL",
    "ELEANOR": "NELL ELLIE NORA", "CHARLOTTE": "LOTTIE", "CAROLINE": "CARRIE LINA", "KIMBERLY": "KIM",
    "ALEXANDRA": "ALEX", "JOSE": "PEPE CHEPE", "FRANCISCO": "PACO PANCHO", "JESUS": "CHUY", "GUADALUPE": "LUPE",
    "ROBERTO": "BETO", "IGNACIO": "NACHO", "MARIA": "MARI", "ROSARIO": "CHAYO", "EDUARDO": "LALO",
    "ENRIQUE": "QUIQUE", "LUIS": "LUCHO", "DOLORES": "LOLA",
}  # fmt: skip
"""Given name → what people who bear it are also called. A list of its own: nobody is measured on his own."""

HISPANIC_LAST = [
    "GARCIA",
    "RODRIGUEZ",
    "MARTINEZ",
    "HERNANDEZ",
    "LOPEZ",
    "GONZALEZ",
    "PEREZ",
    "SANCHEZ",
    "RAMIREZ",
    "TORRES",
    "FLORES",
    "RIVERA",
    "GOMEZ",
    "DIAZ",
    "REYES",
    "MORALES",
    "CRUZ",
    "ORTIZ",
    "GUTIERREZ",
    "CHAVEZ",
    "RAMOS",
    "RUIZ",
    "ALVAREZ",
    "MENDOZA",
    "VASQUEZ",
    "CASTILLO",
    "JIMENEZ",
    "MORENO",
    "ROMERO",
    "HERRERA",
    "MEDINA",
    "AGUILAR",
    "VARGAS",
    "GUZMAN",
    "MENDEZ",
    "MUNOZ",
    "SALAZAR",
    "GARZA",
    "SOTO",
    "VAZQUEZ",
]
HISPANIC_FIRST = {
    "F": [
        "MARIA",
        "GUADALUPE",
        "ROSA",
        "ANA",
        "JUANA",
        "MARTHA",
        "PATRICIA",
        "DOLORES",
        "CARMEN",
        "LETICIA",
        "ROSARIO",
        "ALEJANDRA",
        "VERONICA",
        "SILVIA",
        "TERESA",
        "YOLANDA",
        "ELENA",
        "LUCIA",
        "GABRIELA",
        "ISABEL",
    ],
    "M": [
        "JOSE",
        "JUAN",
        "LUIS",
        "CARLOS",
        "JESUS",
        "FRANCISCO",
        "MIGUEL",
        "ANTONIO",
        "PEDRO",
        "MANUEL",
        "ROBERTO",
        "JORGE",
        "RICARDO",
        "EDUARDO",
        "ENRIQUE",
        "IGNACIO",
        "RAFAEL",
        "ALEJANDRO",
        "FERNANDO",
        "JAVIER",
    ],
}
STREETS = [
    "MAIN",
    "OAK",
    "MAPLE",
    "CEDAR",
    "PINE",
    "WALNUT",
    "ELM",
    "PARK",
    "LAKE",
    "HILL",
    "RIVER",
    "SPRING",
    "RIDGE",
    "CHURCH",
    "SUNSET",
    "MEADOW",
    "FOREST",
    "CHERRY",
    "LINCOLN",
    "WASHINGTON",
    "JEFFERSON",
    "MADISON",
    "FRANKLIN",
    "HIGHLAND",
    "PROSPECT",
    "COLLEGE",
    "CENTER",
    "UNION",
    "ACADEMY",
    "WILLOW",
    "BIRCH",
    "SYCAMORE",
    "LOCUST",
    "DOGWOOD",
    "MAGNOLIA",
    "LAUREL",
    "VALLEY",
    "CANYON",
    "PIONEER",
    "RAILROAD",
]
STREET_KINDS = (("ST", "STREET"), ("AVE", "AVENUE"), ("RD", "ROAD"), ("LN", "LANE"), ("DR", "DRIVE"), ("CT", "COURT"))
TOWNS = (
    ("RIVERTON", "82501"), ("LARKSPUR", "80118"), ("OLATHE", "66061"), ("LENEXA", "66215"), ("GARDNER", "66030"),
    ("SHAWNEE", "66203"), ("MERRIAM", "66202"), ("SPRING HILL", "66083"), ("EDGERTON", "66021"), ("DE SOTO", "66018"),
)  # fmt: skip


@cache
def census(kind: str) -> tuple[list[str], list[float]]:
    """Which names are there, F, M or last, and how often is a name drawn up to each of them?"""
    text = (Path(names.__file__).parent / CENSUS_FILES[kind]).read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line.strip()]
    return [row[0] for row in rows], list(accumulate(max(float(row[1]), LEAST_SHARE) for row in rows))


def census_name(chance: random.Random, kind: str) -> str:
    """Which name does somebody get, common ones as often as they are?"""
    stock, cumulative = census(kind)
    return chance.choices(stock, cum_weights=cumulative)[0]


def by_rank(chance: random.Random, stock: Sequence, steepness: float = 1.7) -> str:
    """Which of these is drawn, the first far more often than the last?"""
    return stock[int(len(stock) * chance.random() ** steepness)]


def short_name(chance: random.Random, name: str) -> str:
    """What is somebody of this name called for short? The name itself where it is short, or its beginning."""
    if name in SHORT:
        return chance.choice(SHORT[name].split())
    return name if len(name) < 6 else name[: chance.randint(3, 4)]
