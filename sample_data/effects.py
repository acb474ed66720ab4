"""What is true in the sample company: every coefficient of the simulation, in one place.

The design and most values follow the project's method handbook; where the handbook is silent
the value is a choice made to look plausible, and says so. Nothing here was measured on a real firm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["EFFECTS", "MECHANISMS", "Effects"]

#: Every mechanism that can be switched off, with what is different when it is.
MECHANISMS: Mapping[str, str] = MappingProxyType(
    {
        "personas": "all customers come from one cloud, so there are no personas to find",
        "negative_persona": "nobody is unhappy, leaves early, costs more or disrupts by nature",
        "satisfaction_on_churn": "satisfaction does not move churn",
        "size_on_churn": "size does not move churn, so it confounds nothing",
        "satisfaction_on_payment": "satisfaction does not move lateness or disputes",
        "late_delivery_shock": "a late delivery does not hurt satisfaction",
        "billing_errors": "no invoice has an error of ours",
        "harsh_reminder_shock": "a harsh reminder does not hurt satisfaction",
        "bill_shock": "an unusually high bill moves neither satisfaction nor churn",
        "slow_ticket_shock": "a slow ticket does not hurt satisfaction",
        "informative_response": "who answers a survey does not depend on satisfaction",
        "survey_noise": "surveys measure satisfaction without error",
        "churn": "nobody leaves",
        "renewal_spikes": "the renewal month is a month like any other",
        "delayed_entry": "no customer is older than the books",
        "lateness": "every invoice is paid on time, if it is paid",
        "partial_payments": "nobody pays in parts",
        "never_paid": "every invoice is paid in the end",
        "void_invoices": "no invoice is cancelled",
        "disputes": "no invoice is disputed",
        "reminders": "no reminder is sent",
        "reminder_effect": "reminders are sent and change nothing",
        "reminder_confounding": "reminders do not go to risky invoices first",
        "frailty": "no customer is slower than its cause and risk explain",
        "hold_out": "no invoice is kept from reminders at random",
        "channel_mix": "how an invoice comes depends on no size and moves no score",
        "tickets": "nobody calls",
        "surveys": "nobody is asked",
        "usage_trend": "usage neither grows nor has seasons",
        "price_changes": "prices stay",
        "price_targeting": "who gets which price rise is drawn, whatever the use and the mood",
        "price_response": "a price rise moves neither usage nor churn",
        "orders": "no goods are ordered",
        "stock_outs": "there is always enough stock",
        "odd_orders": "no order is odd",
        "projects": "there are no projects, visits or expense claims",
        "overrun_tail": "no project overruns wildly",
        "policy_change": "the window for reimbursing travel stays at ten days",
        "decoys": "no outside series follows, drifts along or wanders beside the company",
        "policy_noise": "the window moves only by the change of policy",
        "hierarchies": "no account belongs to a group",
        "duplicates": "no account was opened twice",
        "exchange_rates": "exchange rates stay",
    }
)


@dataclass(frozen=True)
class Effects:
    """True values; all rates are monthly, money in EUR, times in days unless named otherwise."""

    # -- who they are -------------------------------------------------------------------
    persona_weights: tuple[float, ...] = (0.32, 0.26, 0.20, 0.14, 0.08)
    #: Distance between any two personas in units of the spread within them (Mahalanobis).
    persona_separation: float = 5.0
    within_correlation: float = 0.3
    share_before_books: float = 0.40
    share_in_groups: float = 0.12
    share_duplicated: float = 0.03

    # -- satisfaction (standard deviation about 1 across customers and months) ----------
    satisfaction_of_size: float = 0.5
    satisfaction_of_industry: tuple[float, ...] = (0.5, -0.5, 0.2, -0.3, 0.1)
    satisfaction_of_persona: tuple[float, ...] = (0.2, 0.15, 0.0, -0.1, -0.3)
    satisfaction_memory: float = 0.85
    satisfaction_spread: float = 0.6
    #: What goes right every month: without it the shocks alone would wear everybody down.
    satisfaction_recovery: float = 0.10
    shock_slow_ticket: float = -0.25
    shock_late_delivery: float = -0.30
    shock_harsh_reminder: float = -0.20
    shock_friendly_reminder: float = -0.03
    shock_billing_error: float = -0.35
    shock_bill: float = -0.40

    # -- churn: cause-specific monthly hazards ------------------------------------------
    churn_shape: float = 1.2
    #: The handbook has 30, under which the company would halve within its own books.
    churn_scale_months: float = 55.0
    churn_share: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"service": 0.33, "pricing": 0.30, "fit": 0.27, "insolvency": 0.10}
        )
    )
    #: Log hazard ratio of one point of satisfaction, by cause.
    satisfaction_on_churn: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"service": -0.50, "pricing": -0.35, "fit": -0.20, "insolvency": 0.0}
        )
    )
    size_on_churn: float = -0.35
    liquidity_on_insolvency: float = -0.7
    renewal_ratio: float = 3.0
    bill_shock_on_churn_up: float = 0.8
    bill_shock_on_churn_down: float = 0.1
    #: On the hazard of leaving for price, for six months after a rise of one tenth.
    price_rise_on_churn: float = 0.18
    reason_recorded_right: float = 0.80
    reason_missing: float = 0.10

    # -- paying -------------------------------------------------------------------------
    lateness_intercept: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"dissatisfied": -2.0, "cash": -1.8, "process": -1.9, "habit": -1.9}
        )
    )
    lateness_slope: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"dissatisfied": 1.4, "cash": 1.5, "process": 1.3, "habit": 1.4}
        )
    )
    median_days_late: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"dissatisfied": 25.0, "cash": 40.0, "process": 12.0, "habit": 15.0}
        )
    )
    spread_days_late: float = 0.35
    #: Log hazard ratio of one point of risk on paying, once late.
    #: The handbook has -0.4, and reminders from the fifth day at a logit of -2.3 + 0.9 risk. With
    #: these values the reminded are the slow ones as sharply as the handbook says they are.
    risk_on_payment: float = -0.6
    #: Chance a day that an overdue debt fails for good; about two invoices in a hundred do. It
    #: strikes whatever would have been paid when, so it competes with paying and hides nothing.
    debt_fails_daily: float = 0.0011
    share_partial: float = 0.06
    share_void: float = 0.01
    dispute_intercept: float = -2.2
    dispute_of_satisfaction: float = -1.1
    late_reason_recorded: float = 0.35
    late_reason_wrong: float = 0.15
    share_billing_errors: float = 0.02

    # -- reminders ----------------------------------------------------------------------
    reminder_intercept: float = -1.6
    reminder_of_risk: float = 1.3
    reminder_grace_days: int = 10
    reminder_gap_days: int = 7
    reminder_channel: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"email": 1.15, "sms": 1.20, "letter": 1.15, "portal": 1.10, "phone": 1.50}
        )
    )
    reminder_tone: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"friendly": 1.05, "neutral": 1.0, "firm": 1.10, "legal": 1.10}
        )
    )
    #: How much of its log hazard ratio the first, second and third reminder has.
    reminder_stage: tuple[float, ...] = (1.0, 0.5, 0.0)
    hold_out_share: float = 0.10
    frailty_spread: float = 0.5

    # -- care, usage, prices ------------------------------------------------------------
    ticket_intercept: float = -0.5
    ticket_of_satisfaction: float = -0.5
    ticket_promise_days: int = 5
    response_intercept: float = -1.1
    response_of_satisfaction: float = -0.3
    response_of_extremes: float = 0.9
    survey_reliability: float = 0.7
    usage_spread: float = 0.2
    #: Monthly growth of use by persona; a choice.
    usage_growth: tuple[float, ...] = (0.001, 0.011, 0.004, 0.0, -0.004)
    price_elasticity: float = -0.4
    #: What decides on the size of a rise, in standard deviations: growth of use, satisfaction, and
    #: chance. Choices: sellers ask most of those who buy more every month and do not complain.
    rise_of_growth: float = 0.70
    rise_of_satisfaction: float = 0.35
    rise_of_chance: float = 0.62
    #: What a channel of invoicing adds to how content people are with invoicing; a choice.
    channel_on_invoicing: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"e_invoice": 0.3, "portal": 0.15, "email": 0.0, "edi": 0.0, "paper": -0.3}
        )
    )
    #: How the channel moves from electronic to paper with size, friction and chance; choices.
    channel_of_size: float = 0.85
    channel_of_process: float = 0.35
    channel_of_chance: float = 0.40

    # -- projects and the reimbursement window ------------------------------------------
    overrun_intercept: float = 0.05
    overrun_of_scope: float = 0.10
    overrun_on_site: float = 0.18
    #: A vendor's part in the work; a choice, the handbook names the driver without a value.
    overrun_of_vendor: float = 0.08
    overrun_spread: float = 0.25
    overrun_tail_share: float = 0.08
    overrun_tail_index: float = 1.5
    window_before: float = 10.0
    window_after: float = 17.0
    window_noise: float = 1.5
    window_memory: float = 0.5
    share_without_visits: float = 0.40
    visits_per_window_day: float = -0.04
    visits_lag_months: int = 1
    nps_per_window_day: float = -0.9
    nps_lag_months: int = 2
    days_to_pay_per_nps_point: float = -0.45
    days_to_pay_lag_months: int = 6

    def as_dict(self) -> dict[str, object]:
        """Return every value by name, ready to be written as JSON."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in values.items()
        }


EFFECTS = Effects()
