"""Cases of the functions taken from formulas as they are: function, formula, Excel's answer."""

from __future__ import annotations

ROWS: list[tuple[str, str, object]] = [
    ("AMORDEGRC", "=AMORDEGRC(2400,39679,39813,300,1,0.15,1)", 776.0),
    ("AMORLINC", "=AMORLINC(2400,39679,39813,300,1,0.15,1)", 360.0),
    ("COUPDAYBS", "=COUPDAYBS(DATE(2011,1,25),DATE(2011,11,15),2,1)", 71.0),
    ("COUPDAYS", "=COUPDAYS(DATE(2011,1,25),DATE(2011,11,15),2,1)", 181.0),
    ("COUPDAYSNC", "=COUPDAYSNC(DATE(2011,1,25),DATE(2011,11,15),2,1)", 110.0),
    ("COUPNCD", "=COUPNCD(DATE(2011,1,25),DATE(2011,11,15),2,1)", 40678.0),
    ("COUPNUM", "=COUPNUM(DATE(2007,1,25),DATE(2008,11,15),2,1)", 4.0),
    ("COUPPCD", "=COUPPCD(DATE(2011,1,25),DATE(2011,11,15),2,1)", 40497.0),
    ("ODDFPRICE", "=ODDFPRICE(39763,44256,39736,39873,0.0785,0.0625,100,2,1)", 113.597717),
    ("ODDFYIELD", "=ODDFYIELD(39763,44256,39736,39873,0.0575,84.5,100,2,0)", 0.077246),
    (
        "ODDFPRICE",
        "=ODDFPRICE(DATE(2006,1,4),DATE(2007,8,28),DATE(2005,8,23),DATE(2006,2,28),0.0668,0.0314,100,4,1)",
        "not evaluated: ODDFPRICE meets coupons at the end of February, which is not documented",
    ),
    (
        "AMORLINC",
        "=AMORLINC(2400,39679,39813,300,1,5,1)",
        "not evaluated: AMORLINC meets a first period that takes more than the whole cost",
    ),
]
