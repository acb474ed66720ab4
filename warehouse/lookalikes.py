"""Customers that look like another: reported, never merged."""

import ibis
import ibis.expr.types as ir
from ibis import _

__all__ = ["lookalikes", "opened_before"]

# What a company is in law says nothing about which company it is.
LEGAL_FORMS = (
    "ab|ag|as|asa|bv|bvba|co|company|corp|corporation|eg|ek|ev|gmbh|gmbh co kg|inc|incorporated"
    "|kg|kgaa|kk|limited|llc|llp|lp|ltd|ltda|mbh|nv|ohg|oy|oyj|plc|pty|pty ltd|pvt|pvt ltd|sa|sarl"
    "|sas|sasu|se|sl|spa|sro|srl|ug"
)
#: Letters for each that may be another: a fifth of a name changed is another name.
LETTERS_TO_A_WRONG_ONE = 5
DOMAIN = (
    r"^(?:https?://)?(?:www\.|[^@\s]*@)?([a-z0-9-]+)\.(?:co\.)?"
    r"(?:com|net|org|biz|info|app|[a-z]{2})(?:/\S*)?$"
)


@ibis.udf.scalar.builtin
def strip_accents(text: str) -> str: ...


def lookalikes(customers: ir.Table) -> ir.Table:
    """Customers whose name is another's, or is but for its legal form or web address.

    ``Müller GmbH``, ``MULLER`` and ``www.muller.com`` share the stem ``muller``.

    Returns
    -------
    table
        ``stem``, ``n`` (customers that share it), ``why`` (``same name`` when all names
        with the stem are equal but for case, accents and punctuation, else ``same
        stem``), ``customer_id`` and ``name``, ordered by stem and id.
    """
    named = customers.select("customer_id", "name", _plain=_plain(customers["name"]))
    named = named.mutate(stem=_stem(named["name"], named["_plain"])).filter(_.stem != "")
    groups = (
        named.group_by("stem")
        .having(_.count() > 1)
        .agg(n=_.count(), _first=_._plain.min(), _last=_._plain.max())
    )
    found = named.inner_join(groups, "stem")
    return found.select(
        "stem",
        "n",
        why=ibis.ifelse(found["_first"] == found["_last"], "same name", "same stem"),
        customer_id=found["customer_id"],
        name=found["name"],
    ).order_by("stem", "customer_id")


def opened_before(accounts: ir.Table, customers: ir.Table) -> ir.Table:
    """Those of `accounts` that look like a customer won before them, typing errors allowed.

    Country, industry and employees are stated and the same, and of the letters of the name one in
    five at most is another, and no digit: customers may be called by their numbers.

    Returns
    -------
    table
        ``customer_id``.
    """
    same = ("country", "industry", "employees")
    earlier = customers.select(*same, won_on=_.acquired_on, known_as=_.name.lower())
    asked = customers.semi_join(accounts, "customer_id")
    asked = asked.select("customer_id", "acquired_on", *same, called=_.name.lower())
    pairs = asked.join(earlier, same)
    wrong = pairs.called.levenshtein(pairs.known_as)
    numbers = [name.re_replace("[^0-9]+", "") for name in (pairs.called, pairs.known_as)]
    found = pairs.filter(
        (numbers[0] == numbers[1])
        & (pairs.won_on < pairs.acquired_on)
        & (wrong * LETTERS_TO_A_WRONG_ONE <= pairs.called.length())
    )
    return found.select("customer_id").distinct()


def _plain(name: ir.StringValue) -> ir.StringValue:
    """Lower case, no accents, words of letters and digits with one space between."""
    letters = strip_accents(name.lower()).replace("ß", "ss").replace("&", " ").replace("'", "")
    # A.G. and AG, S.p.A. and SpA are one; elsewhere a full stop ends a word.
    letters = letters.re_replace(r"\b([a-z])\.([a-z])\b\.?", r"\1\2")
    letters = letters.re_replace(r"\b([a-z]{2})\.([a-z])\b\.?", r"\1\2")
    return letters.re_replace(r"[^\pL\pN]+", " ").strip()


def _stem(name: ir.StringValue, plain: ir.StringValue) -> ir.StringValue:
    """The name without legal form; of a web or mail address the name of its domain."""
    address = strip_accents(name.lower()).strip()
    domain = address.re_extract(DOMAIN, 1)
    words = plain.re_replace("^the ", "").re_replace(rf"(?: (?:{LEGAL_FORMS}|und|and))+$", "")
    return ibis.ifelse(domain != "", domain.replace("-", ""), words.replace(" ", ""))
