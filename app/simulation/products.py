"""What does the shop sell, for how much, and when in the year?  Data only.

Money is in cents, so that every sum is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Product:
    """A thing on the shelf; ``weight`` is how often it is put in a basket."""

    sku: str
    category: str
    price_cents: int
    cost_cents: int
    weight: int


PRODUCTS: Final = (
    Product("CAF-CERR-500", "coffee", 4290, 2310, 14),
    Product("CAF-MOGI-250", "coffee", 2890, 1490, 12),
    Product("CAF-SULM-1K", "coffee", 8490, 4820, 6),
    Product("CAF-CAPS-30", "coffee", 5990, 3380, 8),
    Product("CAF-DECA-250", "coffee", 3190, 1720, 3),
    Product("CHA-MATE-200", "tea", 1990, 890, 4),
    Product("CHA-CAMO-60", "tea", 2490, 1120, 3),
    Product("MEL-SILV-300", "pantry", 3490, 1980, 5),
    Product("AZE-PORT-500", "pantry", 5890, 4010, 5),
    Product("CHO-BAIA-100", "pantry", 2290, 1180, 8),
    Product("BIS-POLV-200", "pantry", 1290, 610, 7),
    Product("GEL-JABU-250", "pantry", 2790, 1390, 3),
    Product("PAN-NATL-500", "pantry", 4990, 2790, 2),
    Product("QUE-CANA-400", "pantry", 6490, 4370, 3),
    Product("PRE-FRAN-600", "kitchen", 12900, 7120, 2),
    Product("COA-VIDR-02", "kitchen", 8990, 4650, 2),
    Product("FIL-PAPE-100", "kitchen", 1890, 790, 6),
    Product("MOE-MANU-01", "kitchen", 18900, 10900, 1),
    Product("XIC-CERA-04", "kitchen", 11900, 5980, 2),
    Product("PAN-LINH-03", "home", 6990, 3290, 2),
    Product("SAB-AZEI-03", "home", 3290, 1490, 3),
    Product("VEL-CERA-01", "home", 5490, 2340, 2),
    Product("CES-PRES-01", "home", 21900, 13100, 1),
)

CATEGORIES: Final = tuple(dict.fromkeys(product.category for product in PRODUCTS))

SEASON: Final = (0.86, 0.82, 0.92, 1.0, 1.12, 1.06, 1.0, 0.98, 0.94, 1.0, 1.32, 1.5)
"""How much more or less is bought in each month: Mother's Day, winter, Black Friday, Christmas."""

WEEK: Final = (0.85, 0.9, 0.95, 1.0, 1.2, 1.35, 0.75)
"""The same for the days of the week, from Monday."""

BUSIEST: Final = max(SEASON) * max(WEEK)


def demand_on(day: date) -> float:
    """Return the day's demand as a part of the busiest day's: above 0, 1 at most."""
    return SEASON[day.month - 1] * WEEK[day.weekday()] / BUSIEST


CATEGORY_SEASON: Final = {
    # What is bought when: hot drinks in winter, presents in May and before Christmas.
    "coffee": (0.8, 0.8, 0.9, 1.0, 1.2, 1.3, 1.3, 1.2, 1.0, 0.9, 0.9, 0.8),
    "tea": (0.6, 0.6, 0.8, 1.0, 1.3, 1.6, 1.6, 1.3, 1.0, 0.8, 0.7, 0.6),
    "kitchen": (0.8, 0.8, 0.9, 1.0, 1.4, 1.0, 0.9, 0.9, 0.9, 1.0, 1.5, 1.6),
    "home": (0.8, 0.8, 0.9, 1.0, 1.5, 1.0, 0.9, 0.9, 0.9, 1.0, 1.4, 1.8),
}


def demand_for(category: str, month: int) -> float:
    """Return how much more or less of a category is bought in a month than on average."""
    season = CATEGORY_SEASON.get(category)
    return 1.0 if season is None else season[month - 1]
