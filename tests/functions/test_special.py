"""SciPy's compiled functions without the package around them, and the package afterwards."""

import subprocess
import sys

CODE = """
import sys
from engine.functions import special
found = special.betainc(2, 3, 0.5), special.stdtr(4, 0.0)
assert "scipy.special" not in sys.modules, "the whole package was loaded"
import scipy.special, scipy.stats
assert scipy.special.betainc(2, 3, 0.5) == found[0]
assert special.ndtr is scipy.special.ndtr
assert scipy.stats.norm.cdf(0.0) == 0.5
print(*found)
"""


def test_functions_are_loaded_alone_and_the_package_works_afterwards():
    """The functions are SciPy's own, before and after whoever else loads the package."""
    shown = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True).stdout
    assert shown.split() == ["0.6875", "0.5"]
