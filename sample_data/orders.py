"""Goods: what customers want, what the warehouses hold, and what arrives when."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri
from scipy.stats import poisson

from sample_data.book import Book, Calendar
from sample_data.population import COUNTRIES, Population
from sample_data.streams import Streams
from sample_data.words.catalogue import WAREHOUSES

__all__ = ["GOODS", "PROMISE_DAYS", "Delivered", "Warehouses"]

#: The warehouse that serves each country.
SERVED_FROM = {"DE": 0, "FR": 1, "NL": 1, "GB": 2, "US": 2}
#: Goods in the catalogue; how much of the demand each has.
GOODS = 8
SHARE = np.array([0.24, 0.19, 0.15, 0.12, 0.10, 0.08, 0.07, 0.05])
#: Days promised from order to delivery, by country.
PROMISE_DAYS = {"DE": 5, "FR": 5, "NL": 5, "GB": 6, "US": 9}
#: Orders of one customer in one month: more than these are not drawn.
SLOTS = 10
#: Who finds nothing in stock goes elsewhere in so many of a hundred cases. A choice.
LOST_SHARE = 0.35
ODD_SHARE = 0.0015
LEAD_DAYS, REVIEW_DAYS = 12, 7
RETURN_SHARE = 0.03


@dataclass(frozen=True)
class Delivered:
    """Order lines shipped in a month: what a goods invoice is made of, and who was let down."""

    customer: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    unit_price: np.ndarray
    shipped: np.ndarray
    odd: np.ndarray
    late_customer: np.ndarray
    late_month: np.ndarray


@dataclass
class Warehouses:
    """Stock by product and warehouse, moved day by day; `demand` is what was wanted.

    Stock never goes below zero: what cannot be served waits (first come, first served) or
    is lost to the company, and then no order was ever written.
    """

    streams: Streams
    population: Population
    calendar: Calendar
    prices: np.ndarray
    list_rate: np.ndarray
    off: Collection[str] = ()
    on_hand: np.ndarray = field(init=False)
    demand: list[tuple[int, int, int, int, int, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        cells = (GOODS, len(WAREHOUSES))
        rate = self.population.orders_per_month * self.population.units_per_order
        site = np.array([SERVED_FROM[c] for c in COUNTRIES])[self.population.country]
        # About half of all customers are there at any time.
        wanted = np.bincount(site, rate, minlength=len(WAREHOUSES)) / 30 * 0.45
        self.rate = SHARE[:, None] * wanted[None, :]
        self.site = site
        self.on_hand = np.ceil(self.rate * (LEAD_DAYS + REVIEW_DAYS) * 1.5).astype(np.int64)
        self.opening = self.on_hand.copy()
        self.on_order = np.zeros(cells, dtype=np.int64)
        self.arriving: dict[int, list[tuple[int, int, int]]] = {}
        self.waiting = [[deque() for _ in WAREHOUSES] for _ in range(GOODS)]
        self.recent = np.repeat((self.rate * REVIEW_DAYS)[None], 6, axis=0)
        self.served = np.zeros(cells)

    def month(
        self, book: Book, month: int, satisfaction: np.ndarray, left: np.ndarray
    ) -> Delivered:
        """Take the orders of `month`, move the stock, and return what was shipped."""
        wanted = self.wanted(month, left)
        shipped: list[tuple] = []
        moves: list[tuple] = []
        first = int(self.calendar.first_days[month])
        if month == 0:
            moves += [
                (0, product, site, "receipt", int(units))
                for (product, site), units in np.ndenumerate(self.opening)
            ]
        place = 0
        for day in range(first, first + int(self.calendar.days_in_month[month])):
            self.receive(day, moves, shipped)
            while place < len(wanted) and wanted[place][0] == day:
                self.serve(wanted[place], moves, shipped)
                place += 1
            if day % REVIEW_DAYS == 0:
                self.review(day, moves)
            if day % 91 == 45:
                self.count(day, moves)
        return self.write(book, month, moves, shipped, satisfaction)

    def wanted(self, month: int, left: np.ndarray) -> list[tuple]:
        """Orders customers want to place this month, by day: common to every world."""
        rng = self.streams("orders", month)
        people, n = self.population, self.population.slots
        u = rng.random((n, SLOTS, 6))[people.slot]
        how_many = rng.random(n)[people.slot]
        first = int(self.calendar.first_days[month])
        season = 1 + 0.25 * np.cos(2 * np.pi * (self.calendar.calendar_month[month] - 11) / 12)
        count = np.minimum(poisson.ppf(how_many, people.orders_per_month * season), SLOTS)
        if "orders" in self.off:
            count = np.zeros(len(people))
        day = first + np.floor(u[:, :, 0] * self.calendar.days_in_month[month]).astype(int)
        joined = self.calendar.day_joined(people.acquired_month, people.acquired_day)
        placed = np.arange(SLOTS)[None, :] < count[:, None]
        placed &= (day > joined[:, None]) & (day < left[:, None])
        who, slot = np.nonzero(placed)
        picked = u[who, slot]
        spread = np.exp(0.35 * ndtri(picked[:, 1]))
        units = np.maximum(1, np.round(people.units_per_order[who] * spread))
        young = month - people.acquired_month[who] <= 12
        odd = picked[:, 2] < ODD_SHARE * np.where(young, 2.0, 0.3)
        odd &= "odd_orders" not in self.off
        units = np.where(odd, units * 25, units).astype(np.int64)
        product = np.searchsorted(np.cumsum(SHARE), picked[:, 3], side="right").clip(max=GOODS - 1)
        rows = zip(
            day[who, slot].tolist(), who.tolist(), product.tolist(), self.site[who].tolist(),
            units.tolist(), picked[:, 4].tolist(), picked[:, 5].tolist(), odd.tolist(),
            strict=True,
        )  # fmt: skip
        return sorted(rows)

    def serve(self, order: tuple, moves: list, shipped: list) -> None:
        """Ship from stock, or wait, or be lost: the decision of the day."""
        day, who, product, site, units, patience, _, odd = order
        enough = self.on_hand[product, site] >= units and not self.waiting[product][site]
        if "stock_outs" in self.off:
            # Whatever is missing is brought in the same day.
            self.fill_up(day, product, site, units, moves)
            enough = True
        lost = not enough and patience < LOST_SHARE and not odd
        self.demand.append((day, who, product, site, units, lost))
        if lost:
            return
        self.served[product, site] += 0 if odd else units
        if enough:
            self.ship(day, order, moves, shipped)
        else:
            self.waiting[product][site].append(order)

    def ship(self, day: int, order: tuple, moves: list, shipped: list) -> None:
        _, _, product, site, units, *_ = order
        self.on_hand[product, site] -= units
        moves.append((day, product, site, "fulfilment", -units))
        shipped.append((day, *order))

    def receive(self, day: int, moves: list, shipped: list) -> None:
        """Book what arrives, then ship what waits."""
        for product, site, units in self.arriving.pop(day, ()):
            self.on_hand[product, site] += units
            self.on_order[product, site] -= units
            moves.append((day, product, site, "receipt", units))
            queue = self.waiting[product][site]
            while queue and self.on_hand[product, site] >= queue[0][4]:
                self.ship(day, queue.popleft(), moves, shipped)

    def review(self, day: int, moves: list) -> None:
        """Order up to what the last weeks let expect; even out between warehouses."""
        self.recent = np.roll(self.recent, 1, axis=0)
        self.recent[0], self.served = self.served, np.zeros_like(self.served)
        daily = np.maximum(self.recent.mean(axis=0), 0.3) / REVIEW_DAYS
        backlog = np.array(
            [[sum(order[4] for order in queue) for queue in row] for row in self.waiting]
        )
        target = np.ceil(daily * (LEAD_DAYS + REVIEW_DAYS) * 1.35 + 2 * np.sqrt(daily) + backlog)
        short = np.maximum(0, target - self.on_hand - self.on_order).astype(np.int64)
        rng = self.streams("supplier", day)
        lead = LEAD_DAYS + rng.integers(-3, 4, short.shape) + 12 * (rng.random(short.shape) < 0.06)
        if self.disrupted(day):
            lead = lead + 16
        for product, site in np.argwhere(short > 0):
            units = int(short[product, site])
            self.on_order[product, site] += units
            due = day + int(lead[product, site])
            self.arriving.setdefault(due, []).append((int(product), int(site), units))
        self.even_out(day, daily, moves)

    def even_out(self, day: int, daily: np.ndarray, moves: list) -> None:
        """Move a third of the plenty of the fullest warehouse to the emptiest."""
        cover = self.on_hand / daily
        for product in range(GOODS):
            low, high = int(cover[product].argmin()), int(cover[product].argmax())
            if cover[product, low] < 3 and cover[product, high] > 20:
                units = int(self.on_hand[product, high] // 3)
                self.on_hand[product, high] -= units
                moves.append((day, product, high, "transfer", -units))
                self.on_hand[product, low] += units
                moves.append((day, product, low, "transfer", units))

    def count(self, day: int, moves: list) -> None:
        """Four times a year stock is counted: a little is missing, a little is too old."""
        rng = self.streams("stock count", day)
        missing = rng.binomial(self.on_hand, 0.004)
        spoiled = rng.binomial(self.on_hand - missing, 0.006)
        for kind, units in (("adjustment", missing), ("disposal", spoiled)):
            for product, site in np.argwhere(units > 0):
                moves.append((day, int(product), int(site), kind, -int(units[product, site])))
        self.on_hand -= missing + spoiled

    def fill_up(self, day: int, product: int, site: int, units: int, moves: list) -> None:
        missing = int(units - self.on_hand[product, site])
        if missing > 0:
            self.on_hand[product, site] += missing
            moves.append((day, product, site, "receipt", missing))

    def disrupted(self, day: int) -> bool:
        """Two months of late suppliers, three quarters through the books."""
        months = self.calendar.months
        first = self.calendar.first_days[int(months * 0.75)]
        return "stock_outs" not in self.off and first <= day < first + 60

    def write(
        self, book: Book, month: int, moves: list, shipped: list, satisfaction: np.ndarray
    ) -> Delivered:
        """Write the month's moves and the orders shipped in it."""
        day, product, site, kind, units = columns_of(moves, 5)
        book.add(
            "stock_moves",
            product=product.astype(int),
            site=site.astype(int),
            moved_on=day.astype(float),
            kind=kind,
            quantity=units.astype(float),
        )
        sent, *order = columns_of(shipped, 9)
        ordered, who, product, site, units, _, chance, odd = (c.astype(float) for c in order)
        sent, who, product = sent.astype(np.int64), who.astype(int), product.astype(int)
        far = np.array(list(PROMISE_DAYS.values()))[self.population.country[who]]
        transit = 1 + np.round((far - 4) * np.exp(0.35 * ndtri(np.clip(chance, 1e-6, 1 - 1e-6))))
        arrives = sent + transit.astype(np.int64)
        late = arrives > ordered + far
        # The unhappy and the late send more back. A choice.
        back = RETURN_SHARE * np.exp(-0.4 * satisfaction[who]) * np.where(late, 1.8, 1.0)
        again = (chance * 997) % 1
        returned = np.where(odd > 0, np.floor(units * 0.6), (again < back) * np.ceil(units * 0.5))
        price = self.unit_price(who, product)
        self.book_orders(
            book, ordered, who, product, site, units, price, far,
            shipped=sent.astype(float), delivered=arrives.astype(float),
            received=np.where((again > 0.985) & (units > 1), units - 1, units), returned=returned,
            odd=odd,
        )  # fmt: skip
        # Late is felt when the promise is broken, at the earliest next month.
        felt = np.maximum(self.calendar.month_of((ordered + far).astype(np.int64)), month) + 1
        return Delivered(
            who, product, units.astype(np.int64), price, sent, odd > 0, who[late], felt[late]
        )

    def close(self, book: Book) -> None:
        """Write the orders that still wait for stock at the close."""
        waiting = [order for row in self.waiting for queue in row for order in queue]
        ordered, who, product, site, units, _, _, odd = (
            c.astype(float) for c in columns_of(waiting, 8)
        )
        who, product = who.astype(int), product.astype(int)
        far = np.array(list(PROMISE_DAYS.values()))[self.population.country[who]]
        missing = np.full(len(who), np.nan)
        self.book_orders(
            book, ordered, who, product, site, units, self.unit_price(who, product), far,
            shipped=missing, delivered=missing, received=missing, returned=missing, odd=odd,
        )  # fmt: skip

    def unit_price(self, who: np.ndarray, product: np.ndarray) -> np.ndarray:
        """List price in the customer's currency, less the customer's discount."""
        price = self.prices[product] * self.list_rate[who]
        return np.round(price * (1 - self.population.discount[who]), 2)

    @staticmethod
    def book_orders(
        book: Book,
        ordered: np.ndarray,
        who: np.ndarray,
        product: np.ndarray,
        site: np.ndarray,
        units: np.ndarray,
        price: np.ndarray,
        promise: np.ndarray,
        *,
        shipped: np.ndarray,
        delivered: np.ndarray,
        received: np.ndarray,
        returned: np.ndarray,
        odd: np.ndarray,
    ) -> None:
        book.add(
            "orders",
            customer=who,
            product=product,
            site=site.astype(int),
            quantity=units,
            unit_price=price,
            ordered_on=ordered,
            promised_on=ordered + promise,
            shipped_on=shipped,
            delivered_on=delivered,
            delivered_quantity=received,
            returned_quantity=returned,
            odd=odd > 0,
        )


def columns_of(rows: list[tuple], width: int) -> list[np.ndarray]:
    """Columns of a list of tuples; `width` empty ones if there are none."""
    if not rows:
        return [np.zeros(0)] * width
    return [np.array(column) for column in zip(*rows, strict=True)]
