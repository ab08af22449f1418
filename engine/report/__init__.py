"""The investor pack: the results of every stage as pages of tables and native charts.

``build_report(load_template(path), material)`` gives a Book for
``engine.xlsx.write.write``.
"""

from engine.report.build import build_report
from engine.report.material import Check, Coverage, Material, Provenance
from engine.report.template import Report, load_template

__all__ = ["Check", "Coverage", "Material", "Provenance", "Report", "build_report", "load_template"]
