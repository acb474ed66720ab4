"""What a price and a surprising bill truly do, as the books can show it."""

import numpy as np

from sample_data.churn import CAUSES, REASONS, WORDING
from sample_data.effects import EFFECTS
from sample_data.world import World

__all__ = ["price_figures"]

#: The rise that a figure is told for, and from when on a bill is a surprise.
RISE, SURPRISE = 0.10, 0.25


def price_figures(world: World) -> dict[str, float]:
    """Figure id to its true value.

    The hazard is that of leaving with the price or billing as the recorded reason: a reason is
    right in four of five, so of the hazard that is recorded for the price a part is not, and
    that part does not move with the price.
    """
    off = world.off
    ours = CAUSES.index("pricing")
    wrong = 1 - EFFECTS.reason_recorded_right - EFFECTS.reason_missing
    by_chance = wrong * len(WORDING["pricing"]) / len(REASONS)
    for_price = float(world.hazards[:, :, ours].sum())
    otherwise = float(world.hazards.sum()) - for_price
    recorded = for_price * (EFFECTS.reason_recorded_right + by_chance)
    share = recorded / max(recorded + otherwise * by_chance, 1e-300)
    # Lines are billed by the tariffs that are in the books: an error of billing is a complaint
    # about an invoice here, and no other amount on a line.
    made = {"pricing.backbill_exact_share": 1.0}
    if "price_changes" not in off:
        answers = "price_response" not in off
        rise = EFFECTS.price_rise_on_churn * RISE / 0.10 if answers else 0.0
        made["pricing.elasticity"] = EFFECTS.price_elasticity if answers else 0.0
        made["pricing.price_rise_hazard_ratio"] = float(np.exp(share * rise))
    shock = 0.0
    if "bill_shock" not in off:
        # Of a surprise of the mean size; beyond twice the bill the simulation counts no more.
        surprises = world.surprises[world.surprises > SURPRISE]
        size = float(np.minimum(surprises, 1.0).mean()) if len(surprises) else 0.0
        shock = EFFECTS.bill_shock_on_churn_up * size
        # And through what it does to the mood.
        if "satisfaction_on_churn" not in off:
            shock += EFFECTS.satisfaction_on_churn["pricing"] * EFFECTS.shock_bill * size
    made["pricing.bill_shock_hazard_ratio"] = float(np.exp(share * shock))
    return made
