"""The company's months, one after another: who stays, what is billed, paid, asked and said."""

import numpy as np

from sample_data.billing import KINDS, Bills, bill_shock, contract_bills, errors_of_ours, usage
from sample_data.book import Book, Calendar
from sample_data.care import TROUBLES, surveys, tickets
from sample_data.churn import churn_hazards, leave
from sample_data.contracts import Contracts, draw_contracts
from sample_data.effects import EFFECTS
from sample_data.orders import Delivered, Warehouses
from sample_data.population import Population, draw_population
from sample_data.projects import (
    NPS_PER_SATISFACTION,
    Window,
    draw_window,
    projects,
    visits,
)
from sample_data.satisfaction import Satisfaction
from sample_data.settlement import settle
from sample_data.streams import Streams
from sample_data.words.catalogue import PRODUCTS

__all__ = ["STAYS", "World"]

#: Months simulated before the books, so that old customers are those who stayed.
MONTHS_BEFORE = 36
#: A day that never comes.
STAYS = 10**6
#: List prices of the goods in EUR, in the order the warehouses count them.
GOODS_PRICES = np.array([price for _, _, family, price, _ in PRODUCTS if family == "goods"])


class World:
    """The state of the simulation between two months, and the book it writes."""

    population: Population
    contracts: Contracts
    window: Window

    def __init__(self, seed: int, n_customers: int, months: int, off: frozenset[str]) -> None:
        self.seed, self.months, self.off = seed, months, off
        self.streams = Streams(seed)
        self.calendar = Calendar(months)
        self.book = Book()
        self.population, self.satisfaction, self.liquidity = self.history(n_customers)
        n = len(self.population)
        self.contracts = draw_contracts(self.streams, self.population, self.calendar, off)
        self.window = draw_window(self.streams, self.calendar, off)
        self.warehouses = Warehouses(
            self.streams, self.population, self.calendar, GOODS_PRICES,
            self.contracts.list_rate, off,
        )  # fmt: skip
        self.left_day = np.full(n, STAYS, dtype=np.int64)
        self.left_month = np.full(n, STAYS, dtype=np.int64)
        self.cause = np.full(n, -1)
        self.hazards = np.zeros((n, months, 4), dtype=np.float32)
        self.used = np.zeros((n, months), dtype=np.int64)
        self.bills = np.full((n, months), np.nan)
        self.shock = np.zeros(n)
        self.surprises = np.full((n, months), np.nan)
        self.wronged = np.zeros((n, months), dtype=bool)
        self.trouble = np.zeros(n, dtype=int)
        self.recent_error = np.full(n, -STAYS)
        self.invoiced = np.zeros(n, dtype=bool)
        self.project_bills: dict[int, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {}

    def history(self, n_customers: int) -> tuple[Population, Satisfaction, np.ndarray]:
        """Who is in the books: survivors of the years before, and those who join."""
        n_old = 0 if "delayed_entry" in self.off else round(0.4 * n_customers)
        n_new = n_customers - n_old
        candidates = draw_population(
            self.streams, 6 * n_old + 40, n_new,
            months=self.months, months_before=MONTHS_BEFORE, off=self.off,
        )  # fmt: skip
        mood = Satisfaction(self.streams, candidates, 1, self.off)
        n = len(candidates)
        cash = self.streams("liquidity start").standard_normal(n)
        alive = np.ones(n, dtype=bool)
        still = np.zeros(n)
        for month in range(-MONTHS_BEFORE, 0):
            hazards = churn_hazards(
                candidates, month, satisfaction=mood.base + mood.deviation, liquidity=cash,
                bill_shock=still, price_rise=still, off=self.off,
            )  # fmt: skip
            leaves, _ = leave(hazards, self.streams("churn", month).random((n, 2)))
            alive &= ~leaves
            mood.advance(month)
            cash = self.next_liquidity(cash, month)
        old = np.flatnonzero(alive & (candidates.acquired_month < 0))[:n_old]
        chosen = np.concatenate([old, np.arange(n - n_new, n)])
        population = candidates.take(chosen)
        satisfaction = Satisfaction(self.streams, population, self.months, self.off)
        satisfaction.deviation = mood.deviation[chosen]
        return population, satisfaction, cash[chosen]

    def next_liquidity(
        self, cash: np.ndarray, month: int, slot: np.ndarray | None = None
    ) -> np.ndarray:
        n = len(cash) if slot is None else int(slot.max()) + 1
        noise = self.streams("liquidity", month).standard_normal(n)
        noise = noise if slot is None else noise[slot]
        return 0.9 * cash + np.sqrt(1 - 0.9**2) * noise

    def active(self, month: int) -> np.ndarray:
        """Who is a customer at some time of `month`."""
        return (self.population.acquired_month <= month) & (self.left_month >= month)

    def step(self, month: int) -> None:
        """Live through one month."""
        people, off = self.population, self.off
        mood = self.satisfaction.advance(month)
        self.liquidity = self.next_liquidity(self.liquidity, month, people.slot)
        active = self.active(month)
        self.churn(month, mood)
        self.used[:, month] = usage(self.streams, people, self.contracts, self.calendar, month, off)
        self.book.add(
            "usage", customer=np.flatnonzero(active), month=month,
            quantity=self.part_of_month(month, self.used[:, month])[active],
        )  # fmt: skip
        delivered = self.warehouses.month(self.book, month, mood, self.left_day)
        self.satisfaction.shock("late_delivery", delivered.late_customer, delivered.late_month)
        starts = projects(self.book, self.streams, people, self.calendar, month, self.left_day, off)
        self.plan_project_bills(*starts)
        made = visits(
            self.book,
            self.streams,
            people,
            self.calendar,
            month,
            self.window,
            active,
            self.left_day,
            off,
        )
        bills, errors = self.invoice(month, delivered)
        trouble = self.troubles(month, bills, errors, delivered)
        count, slow = tickets(
            self.book, self.streams, people, self.calendar, month,
            satisfaction=mood, active=active, left=self.left_day, trouble=trouble, off=off,
        )  # fmt: skip
        self.satisfaction.shock("slow_ticket", slow, np.full(len(slow), month + 1))
        trouble[slow] = np.where(trouble[slow] == 0, 5, trouble[slow])
        self.ask(month, mood, active, trouble, count, bills, delivered)
        self.trouble = trouble
        self.book.add("visits", customer=np.flatnonzero(made), month=month, n=made[made > 0])

    def churn(self, month: int, mood: np.ndarray) -> None:
        """Let those leave whose time has come; what moves them was known before the month."""
        rise = self.contracts.rise[:, max(0, month - 5) : month + 1].sum(axis=1)
        hazards = churn_hazards(
            self.population, month, satisfaction=mood, liquidity=self.liquidity,
            bill_shock=self.shock, price_rise=rise, off=self.off,
        )  # fmt: skip
        present = (self.left_month == STAYS)[:, None]
        self.hazards[:, month] = np.where(present, hazards, 0.0)
        self.wronged[:, month] = month - self.recent_error <= 12
        slots = self.population.slots
        u = self.streams("churn", month).random((slots, 2))[self.population.slot]
        leaves, cause = leave(self.hazards[:, month].astype(float), u)
        day = self.calendar.first_days[month] + 1
        u = self.streams("churn day", month).random(slots)[self.population.slot]
        day = day + np.floor(u * (self.calendar.days_in_month[month] - 1)).astype(np.int64)
        self.left_day = np.where(leaves, day, self.left_day)
        self.left_month = np.where(leaves, month, self.left_month)
        self.cause = np.where(leaves, cause, self.cause)

    def part_of_month(self, month: int, units: np.ndarray) -> np.ndarray:
        """Units of the days on which each was a customer; written back as what was used."""
        first = int(self.calendar.first_days[month])
        length = int(self.calendar.days_in_month[month])
        joined = self.calendar.day_joined(
            self.population.acquired_month, self.population.acquired_day
        )
        days = np.clip(
            np.minimum(first + length, self.left_day + 1) - np.maximum(first, joined), 0, length
        )
        self.used[:, month] = np.round(units * days / length).astype(np.int64)
        return self.used[:, month]

    def plan_project_bills(self, who: np.ndarray, ends: np.ndarray, price: np.ndarray) -> None:
        """A project is billed at its end, in the customer's currency."""
        month = self.calendar.month_of(ends)
        for at in np.unique(month):
            rows = month == at
            cents = np.round(price[rows] * self.contracts.list_rate[who[rows]] * 100)
            self.project_bills.setdefault(int(at), []).append(
                (who[rows], ends[rows], cents.astype(np.int64))
            )

    def invoice(self, month: int, delivered: Delivered) -> tuple[Bills, np.ndarray]:
        """Write the month's invoices, let them be paid or not, and return them with our errors."""
        people, n = self.population, len(self.population)
        main = contract_bills(
            self.book, people, self.contracts, self.calendar, month,
            used=self.used, left=self.left_day,
        )  # fmt: skip
        self.bills[main.customer, month] = main.cents
        self.shock = bill_shock(self.bills, month)
        self.surprises[main.customer, month] = self.shock[main.customer]
        high = np.flatnonzero(self.shock > 0.25)
        self.satisfaction.shock(
            "bill", high, np.full(len(high), month + 1), np.minimum(self.shock[high], 1.0)
        )
        bills, odd = self.with_goods_and_projects(month, main, delivered)
        errors = errors_of_ours(self.streams, bills, n, month, self.off)
        self.recent_error[bills.customer[errors > 0]] = month
        new = ~self.invoiced[bills.customer] & (people.acquired_month[bills.customer] >= 0)
        settled = settle(
            self.book, self.streams, people, self.calendar, bills, month,
            satisfaction=self.satisfaction, liquidity=self.liquidity, errors=errors,
            slower_days=np.where(people.visited, self.window.slower_days[month], 0.0),
            first_invoice=new, odd=odd, off=self.off,
        )  # fmt: skip
        self.invoiced[bills.customer] = True
        self.book.add(
            "invoices", key=bills.key, customer=bills.customer, kind=bills.kind,
            issued_on=bills.issued.astype(float), amount=bills.cents / 100,
        )  # fmt: skip
        self.book.add(
            "invoice_truth", key=bills.key, state=settled.state, paid_after=settled.paid_after,
            risk=settled.risk, held_out=settled.held_out, disputed=settled.disputed, error=errors,
        )  # fmt: skip
        self.credit_unused(month, main, settled.paid_after[: len(main.key)])
        return bills, errors

    def with_goods_and_projects(
        self, month: int, main: Bills, delivered: Delivered
    ) -> tuple[Bills, np.ndarray]:
        """The contract invoices, one invoice for the goods shipped, one for projects ended."""
        n = len(self.population)
        base = month * n * len(KINDS)
        cents = np.round(delivered.quantity * delivered.unit_price * 100).astype(np.int64)
        buyers = np.unique(delivered.customer)
        key = base + buyers * len(KINDS) + 3
        total = np.bincount(delivered.customer, cents, minlength=n)[buyers].astype(np.int64)
        last = np.zeros(n, dtype=np.int64)
        np.maximum.at(last, delivered.customer, delivered.shipped)
        odd = np.zeros(n, dtype=bool)
        odd[delivered.customer[delivered.odd]] = True
        self.book.add(
            "goods_lines", key=base + delivered.customer * len(KINDS) + 3,
            product=delivered.product, quantity=delivered.quantity.astype(float),
            amount=cents / 100,
        )  # fmt: skip
        ended = self.project_bills.pop(month, [])
        who = np.concatenate([e[0] for e in ended]) if ended else np.zeros(0, dtype=np.int64)
        day = np.concatenate([e[1] for e in ended]) if ended else np.zeros(0, dtype=np.int64)
        price = np.concatenate([e[2] for e in ended]) if ended else np.zeros(0, dtype=np.int64)
        for_projects = np.unique(who)
        project_total = np.bincount(who, price, minlength=n)[for_projects].astype(np.int64)
        project_day = np.zeros(n, dtype=np.int64)
        np.maximum.at(project_day, who, day)
        project_key = base + for_projects * len(KINDS) + 4
        self.book.add("project_lines", key=project_key, amount=project_total / 100)
        joined = Bills(
            np.concatenate([main.key, key, project_key]),
            np.concatenate([main.customer, buyers, for_projects]),
            np.concatenate([main.kind, np.full(len(buyers), 3), np.full(len(for_projects), 4)]),
            np.concatenate([main.issued, last[buyers], project_day[for_projects]]),
            np.concatenate([main.cents, total, project_total]),
        )
        flags = np.concatenate(
            [np.zeros(len(main.key), bool), odd[buyers], np.zeros(len(for_projects), bool)]
        )
        return joined, flags

    def credit_unused(self, month: int, main: Bills, paid_after: np.ndarray) -> None:
        """Whoever leaves in a month paid in advance gets the rest of it back."""
        gone = (self.left_month[main.customer] == month) & self.contracts.advance[main.customer]
        length = int(self.calendar.days_in_month[month])
        first = int(self.calendar.first_days[month])
        left = self.left_day[main.customer]
        unused = np.maximum(0, first + length - 1 - left)
        cents = main.cents * unused // length
        rows = gone & (cents > 0) & (cents < main.cents) & np.isfinite(paid_after)
        asked = np.maximum(left, main.issued + np.where(np.isfinite(paid_after), paid_after, 0))
        self.book.add(
            "adjustments", key=main.key[rows], kind="refund", requested_on=asked[rows],
            completed_on=asked[rows] + 9, amount=cents[rows] / 100, reason="unused part of month",
        )  # fmt: skip

    def troubles(
        self, month: int, bills: Bills, errors: np.ndarray, delivered: Delivered
    ) -> np.ndarray:
        """The worst thing that happened to each customer this month, as a code of `TROUBLES`."""
        codes = {name: code for code, name in enumerate(TROUBLES)}
        trouble = np.zeros(len(self.population), dtype=int)
        if self.window.nps[month] < -3:
            trouble[self.population.visited] = codes["visit_shortfall"]
        trouble[self.contracts.rise[:, month] > 0] = codes["price_rise"]
        trouble[delivered.late_customer] = codes["late_delivery"]
        trouble[self.shock > 0.25] = codes["bill_shock"]
        trouble[bills.customer[errors > 0]] = codes["billing_error"]
        return trouble

    def ask(
        self,
        month: int,
        mood: np.ndarray,
        active: np.ndarray,
        trouble: np.ndarray,
        count: np.ndarray,
        bills: Bills,
        delivered: Delivered,
    ) -> None:
        """Survey those whom a touchpoint met this month."""
        people = self.population
        tenure = month - people.acquired_month
        n = len(people)
        billed, supplied = np.zeros(n, bool), np.zeros(n, bool)
        billed[bills.customer] = True
        supplied[delivered.customer] = True
        reminded = self.reminded(month)
        reasons = {
            "relationship": (people.slot + month) % 6 == 0,
            "invoicing": billed & ((people.slot + month) % 4 == 1),
            "support": count > 0,
            "delivery": supplied,
            "purchase": supplied,
            "reminder": reminded,
            "collection": reminded,
            "refund": trouble == 2,
            "onboarding": tenure == 2,
            "renewal": (tenure > 0) & (tenure % 12 == 11),
        }
        felt = mood + np.where(people.visited, self.window.nps[month] / NPS_PER_SATISFACTION, 0.0)
        way = np.array(list(EFFECTS.channel_on_invoicing.values()))[self.contracts.channel]
        surveys(
            self.book, self.streams, people, self.calendar, month,
            satisfaction=felt, active=active, left=self.left_day, trouble=trouble,
            reasons_to_ask=reasons,
            on_touchpoint={} if "channel_mix" in self.off else {"invoicing": way}, off=self.off,
        )  # fmt: skip

    def reminded(self, month: int) -> np.ndarray:
        """Who was sent a reminder in `month` on an invoice of this or the last two months."""
        hit = np.zeros(len(self.population), dtype=bool)
        first = self.calendar.first_days[month]
        last = first + self.calendar.days_in_month[month]
        # Each month adds one piece for each stage.
        for piece in self.book.pieces["reminders"][-9:]:
            rows = (piece["sent_on"] >= first) & (piece["sent_on"] < last)
            hit[(piece["key"][rows] // len(KINDS)) % len(self.population)] = True
        return hit
