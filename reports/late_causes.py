"""Slide of late causes: the late money by why it is late, and what to do about it."""

from charts.late_causes import CAUSE_WORDS
from charts.wording import count, count_of, money, share
from models.late_causes import ACTIONS, LateCauses
from reports.asks import add_ask
from reports.edition import Results
from reports.native_charts import add_bars, money_format, money_label
from reports.slides import Column, Draft, Finding, add_caption, add_table, side_by_side
from reports.template import LATE_ACCENT, Box

__all__ = ["add_late_causes", "late_causes_finding"]

FIGURES = ("late_causes.process_share",)


def add_late_causes(draft: Draft, results: Results) -> None:
    """Open money that is late or likely to be, by cause, with the action of each."""
    otherwise = "Why invoices are late is not known yet"
    causes = draft.held(results, "late_causes", otherwise, *FIGURES)
    if causes is None:
        return
    finding = late_causes_finding(causes, draft.currency)
    slide = draft.add(finding, *FIGURES)
    mix = causes.mix("open_amount")
    left, right = side_by_side(7.6)
    if mix["amount"].sum() > 0:
        said = "Open money late or likely to be, by cause"
        add_caption(slide, Box(left.left, left.top, left.width, 0.3), said)
        form = money_format(draft.currency, float(mix["amount"].max()))
        add_bars(
            slide,
            Box(left.left, left.top + 0.3, left.width, left.height - 0.3),
            mix["cause"].map(CAUSE_WORDS),
            mix["amount"],
            name="Late money",
            says=f"Bars: late money by cause. {finding.title}",
            number_format=form,
            label_format=money_label(draft.currency, float(mix["amount"].max())),
            colors=[LATE_ACCENT] * len(mix),
            across=True,
        )
    columns = (
        Column("Cause", 1.6, bold=True, size=11),
        Column("Share", 0.75, right=True, bold=True, size=11),
        Column("Sure", 0.75, right=True, size=11),
        Column("", 0.15),
        Column("What to do", 4.35, size=11, longest=90),
    )
    total = mix["amount"].sum()
    rows = [
        (
            CAUSE_WORDS[row.cause],
            share(row.share, 0),
            share(row.named / total, 0) if total else share(None),
            "",
            ACTIONS[row.cause],
        )
        for row in mix.itertuples()
    ]
    unclear = 1 - mix["named"].sum() / total if total else None
    rows.append((CAUSE_WORDS["unclear"], "", share(unclear, 0), "", ACTIONS["unclear"]))
    says = "Causes of late money with what to do about each"
    ends = add_table(slide, right, columns, rows, says=says, row_height=0.55)
    add_ask(draft, slide, right.below(ends), "mend_cause")


def late_causes_finding(causes: LateCauses, currency: str) -> Finding:
    """The cause with most money behind it, how sure that is, and who is late again and again."""
    mix = causes.mix("open_amount")
    total = float(mix["amount"].sum())
    again = causes.persistent()
    learnt = f"Learnt from {count(causes.n_notes)} notes of collectors."
    if again.empty:
        repeated = "No customer was late four times in 12 months."
    else:
        repeated = (
            f"{count_of(len(again), 'customer')} had four late invoices or more in 12 months; for "
            f"{count((again['cause'] != 'unclear').sum())} one cause is sure."
        )
    if not total:
        return Finding("Nothing that is owed is late or likely to be", f"{repeated} {learnt}")
    first = mix.iloc[0]
    unsure = share(1 - mix["named"].sum() / total, 0)
    return Finding(
        f"Of {money(total, currency)} late or likely to be, {money(first['amount'], currency)} "
        f"({share(first['share'], 0)}) is put down to: {CAUSE_WORDS[first['cause']].lower()}",
        f"For {unsure} of the money no single cause is sure. {repeated} {learnt}",
    )
