"""Does every query say what it answers, and is it asked by somebody?"""

import re

from tests.house.source import modules, texts

PREFIX = "sql/queries/"
QUERIES = {place.removeprefix(PREFIX): text for place, text in texts(".sql").items() if place.startswith(PREFIX)}


def test_every_query_begins_with_a_comment_that_is_a_sentence():
    wrong = [name for name, text in QUERIES.items() if not re.match(r"-- [A-Z].+", text)]
    assert QUERIES
    assert wrong == []


def test_no_query_is_dead():
    asked = set(re.findall(r"""["'](\w+)["']""", "\n".join(one.text for one in modules("pipeline", "dags"))))
    assert sorted(name for name in QUERIES if name.removesuffix(".sql") not in asked) == []


def test_every_query_asked_for_is_there():
    asked = r"\.(?:read|run|ask)\(\s*\"(\w+)\""
    wanted = {name for one in modules("pipeline", "dags") for name in re.findall(asked, one.text)}
    assert sorted(name for name in wanted if f"{name}.sql" not in QUERIES) == []
