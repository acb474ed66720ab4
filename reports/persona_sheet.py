"""A persona as one page to print: results in, a self-contained HTML file out."""

from html import escape

import pandas as pd

from charts.wording import count_of, date, in_unit, share
from models.buying_expectations import BuyingExpectations
from models.persona_sheet import PersonaSheets
from models.personas import Personas
from reports.edition import Edition
from reports.plain_text import plain

__all__ = ["persona_sheet_html"]

#: Lines of a list beside the figures, and the letters a name may take.
MOST_LISTED, LONGEST = 5, 40
#: A value this much more common than among everyone is worth naming.
LEANS = 1.15
#: Standard deviations at which a bar reaches the edge.
WIDEST = 2.0

#: Sections that stand in the second column, so that both are about as long.
BESIDE = frozenset({"What they say", "What stands in the way of buying"})

STYLE = """
@page { size: A4; margin: 10mm }
* { box-sizing: border-box }
body { font: 9.2pt/1.28 "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #1c2b33;
       max-width: 190mm; margin: 6mm auto; padding: 0 3mm }
header { border-bottom: 2pt solid #0b5563; padding-bottom: 1.5mm; margin-bottom: 2mm }
h1 { font-size: 18pt; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 9.8pt; margin: 2.6mm 0 .6mm; color: #0b5563 } p { margin: 0 0 1mm }
.quiet { color: #5b6b73; font-size: 7.8pt } .flag { border: 1pt solid #b3541e; color: #8a3f15;
     padding: 1mm 2mm; border-radius: 1mm }
main { display: grid; grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr); gap: 0 6mm }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .42mm 0 .42mm 2mm; border-bottom: .4pt solid #d8dfe2; text-align: right;
     font-weight: 400; vertical-align: baseline; white-space: nowrap }
td:first-child, th:first-child { text-align: left; padding-left: 0; white-space: normal;
     overflow-wrap: anywhere; width: 99% }
th { font-size: 7.4pt; color: #5b6b73 } td.own { font-weight: 600 }
section { break-inside: avoid } svg { width: 100%; height: auto; display: block }
footer { margin-top: 2mm; border-top: .4pt solid #d8dfe2; padding-top: 1mm }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 8.4pt }
     h1 { font-size: 15pt } td, th { padding-top: .3mm; padding-bottom: .3mm } }
"""


def persona_sheet_html(
    sheets: PersonaSheets,
    personas: Personas,
    persona: str,
    edition: Edition,
    *,
    expectations: BuyingExpectations | None = None,
) -> bytes:
    """The sheet of one persona; nothing in it is fetched from anywhere and nothing runs.

    Parameters
    ----------
    sheets, personas
        Results of `models.persona_sheet` and `models.personas`.
    persona : str
        Name of the persona.
    edition : Edition
        Whose figures, as of when, of which snapshot.
    expectations : BuyingExpectations, optional
        What its comments are about.

    Raises
    ------
    KeyError
        If there is no such persona.
    """
    own = personas.table.set_index("persona").loc[persona]
    sheet = sheets.sheet(persona)
    sections = {
        section: figures_of(section, rows, edition.currency)
        for section, rows in sheet.groupby("section", sort=False)
        if rows["value"].notna().any()
    }
    figures = "".join(made for section, made in sections.items() if section not in BESIDE)
    beside = "".join(made for section, made in sections.items() if section in BESIDE)
    usable = ""
    if persona not in personas.for_decisions:
        usable = (
            '<p class="flag">This group does not come back reliably when customers are drawn '
            "again. Read it as a pattern; do not decide by it.</p>"
        )
    whole = (
        f"{count_of(int(own['n']), 'customer')}, {share(own['share'], 0)} of those grouped. "
        f"Stability {own['stability']:.2f} ({own['verdict']})."
    )
    name = safe(persona, 80)
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{name}</title><style>{STYLE}</style></head>
<body><header><p class="quiet">Persona sheet · {safe(edition.company, 80)}</p><h1>{name}</h1>
<p>{whole}</p>{usable}</header><main><div>{figures}</div><div>
<section><h2>How they behave</h2>{bars(personas.distances.loc[persona])}
<p class="quiet">Standard deviations from the average customer.</p></section>
{traits(sheets.traits[sheets.traits["persona"] == persona])}
{products(sheets.bought[sheets.bought["persona"] == persona], edition.currency)}{beside}
{"" if expectations is None else topics(expectations, persona)}
</div></main><footer class="quiet">As of {date(edition.as_of)}, snapshot
{safe(edition.snapshot, 40)}, {safe(edition.currency, 3)}, {safe(edition.cut, 160)}. Means over
customers with their 95 % interval; what too few customers have is left out.</footer></body></html>
"""
    return page.encode("utf-8")


def safe(text: object, longest: int = LONGEST) -> str:
    return escape(plain(text, longest=longest))


def figures_of(section: str, rows: pd.DataFrame, currency: str) -> str:
    """One group of lines: this persona, its interval, everyone."""
    lines = []
    for row in rows.dropna(subset="value").itertuples():
        # The unit stands beside the name once, and not beside each number.
        label, unit = (
            (f"{row.label}, days", "number") if row.unit == "days" else (row.label, row.unit)
        )
        value, low, high, everyone = (
            in_unit(number, unit, currency, share_digits=0)
            for number in (row.value, row.low, row.high, row.everyone)
        )
        lines.append(
            f'<tr><td>{safe(label, 60)}</td><td class="own">{safe(value)}</td>'
            f"<td>{safe(low)} – {safe(high)}</td><td>{safe(everyone)}</td></tr>"
        )
    return (
        f"<section><h2>{safe(section, 60)}</h2><table><tr><th></th><th>They</th>"
        f"<th>Interval</th><th>Everyone</th></tr>{''.join(lines)}</table></section>"
    )


def bars(distances: pd.Series) -> str:
    """Behaviours as bars to both sides of the average, drawn in the page itself."""
    step, half, top = 17, 90, 4
    height = top + step * len(distances)
    parts = []
    for place, (name, value) in enumerate(distances.items()):
        y = top + step * place
        length = min(abs(value), WIDEST) / WIDEST * half
        left = 100 + half - (length if value < 0 else 0)
        color = "#0b5563" if value > 0 else "#b3541e"
        parts.append(
            f'<text x="96" y="{y + 10}" text-anchor="end" font-size="9.5">{safe(name, 24)}</text>'
            f'<rect x="{left:.1f}" y="{y + 2}" width="{length:.1f}" height="10" fill="{color}"/>'
            f'<text x="306" y="{y + 10}" text-anchor="end" font-size="9">{value:+z.1f}</text>'
        )
    said = ", ".join(f"{safe(name, 24)} {value:+z.1f}" for name, value in distances.items())
    return (
        f'<svg viewBox="0 0 310 {height}" role="img" aria-label="{said}">'
        f'<line x1="{100 + half}" x2="{100 + half}" y1="0" y2="{height}" stroke="#8a949a"/>'
        f"{''.join(parts)}</svg>"
    )


def traits(rows: pd.DataFrame) -> str:
    """Where its customers are found more often than others."""
    leaning = rows[(rows["ratio"] >= LEANS) & (rows["share"] >= 0.1)]
    leaning = leaning.sort_values(["ratio", "value"], ascending=[False, True]).head(MOST_LISTED)
    if leaning.empty:
        return "<section><h2>Where they are found</h2><p>Spread like all others.</p></section>"
    lines = "".join(
        f"<tr><td>{safe(words(row.trait, row.value))} "
        f'<span class="quiet">{safe(row.trait.replace("_", " "))}</span></td>'
        f'<td class="own">{share(row.share, 0)}</td><td>{row.ratio:.1f}</td></tr>'
        for row in leaning.itertuples()
    )
    return (
        "<section><h2>Where they are found</h2><table><tr><th></th><th>Of them</th>"
        f"<th>Times everyone</th></tr>{lines}</table></section>"
    )


def words(trait: str, value: object) -> str:
    """Our own words for what is billed and how; names of others stay as they are."""
    ours = trait in ("billing_model", "billing_timing", "invoice_channel")
    return str(value).replace("_", " ") if ours else str(value)


def products(rows: pd.DataFrame, currency: str) -> str:
    """What most of their money goes to."""
    if rows.empty:
        return ""
    lines = "".join(
        f'<tr><td>{safe(row.product)} <span class="quiet">{safe(row.family)}</span></td>'
        f'<td class="own">{share(row.share, 0)}</td><td>{row.ratio:.1f}</td></tr>'
        for row in rows.nlargest(MOST_LISTED, "revenue").itertuples()
    )
    spent = in_unit(rows["revenue"].sum(), "money", currency)
    return (
        f"<section><h2>What they bought, last 12 months ({safe(spent)})</h2><table><tr><th></th>"
        f"<th>Share</th><th>Times everyone</th></tr>{lines}</table></section>"
    )


def topics(expectations: BuyingExpectations, persona: str) -> str:
    """What its comments are about, and how many of them complain."""
    own = expectations.of(persona).head(MOST_LISTED)
    if own.empty:
        return ""
    lines = "".join(
        f'<tr><td>{safe(row.topic)}</td><td class="own">{share(row.share, 0)}</td>'
        f"<td>{share(row.low, 0)} – {share(row.high, 0)}</td><td>{share(row.others, 0)}</td>"
        f"<td>{share(row.complaints, 0)}</td></tr>"
        for row in own.itertuples()
    )
    return (
        "<section><h2>What they write about</h2><table><tr><th></th><th>Of comments</th>"
        f"<th>Interval</th><th>Others</th><th>Complaints</th></tr>{lines}</table></section>"
    )
