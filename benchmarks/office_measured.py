"""One measurement of LibreOffice for ``benchmarks/batch.py``: a macro in the office's own process, over UNO.

Reads what ``peers_measured`` reads, prints what it prints. The macro loads the workbook hidden, switches
automatic calculation off, and for each scenario sets the inputs, calculates what depends on them and reads
the outputs: no pipe or socket lies between. Times are of the office's clock, in milliseconds.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

_NAMESPACE = 'xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink"'
_LIBRARIES = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries {_NAMESPACE}>
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple"
 library:link="false"/>
</library:libraries>
"""
_LIBRARY = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library {_NAMESPACE} library:name="Standard" library:readonly="false"
 library:passwordprotected="false">
<library:element library:name="Scenarios"/>
</library:library>
"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Scenarios"
 script:language="StarBasic">
Function Cells(source, book)
  Line Input #source, count
  Dim found(CInt(count) - 1)
  For n = 0 To UBound(found)
    Line Input #source, place
    parts = Split(place, Chr(9))
    found(n) = book.Sheets.getByName(parts(0)).getCellByPosition(CLng(parts(2)) - 1, CLng(parts(1)) - 1)
  Next
  Cells = found
End Function

Sub Run(asked As String, answered As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  source = FreeFile()
  Open asked For Input As #source
  Line Input #source, url
  book = StarDesktop.loadComponentFromURL(url, "_blank", 0, hidden())
  book.enableAutomaticCalculation(False)
  inputs = Cells(source, book)
  outputs = Cells(source, book)
  target = FreeFile()
  Open answered For Output As #target
  book.calculateAll()
  Do While Not Eof(source)
    Line Input #source, given
    values = Split(given, Chr(9))
    began = GetSystemTicks()
    For n = 0 To UBound(inputs)
      inputs(n).setValue(Val(values(n)))
    Next
    book.calculate()
    answer = ""
    For n = 0 To UBound(outputs)
      answer = answer &amp; Chr(9) &amp; Str(outputs(n).getValue())
    Next
    Print #target, CStr(GetSystemTicks() - began) &amp; answer
  Loop
  Close #target
  Close #source
  book.close(True)
End Sub
</script:module>
"""


def main() -> None:
    """Measure the office."""
    asked = json.loads(sys.stdin.readline())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        library = folder / "user" / "user" / "basic" / "Standard"
        office = [
            "soffice",
            f"-env:UserInstallation={(folder / 'user').as_uri()}",
            "--headless",
            "--norestore",
        ]
        subprocess.run([*office, "--terminate_after_init"], check=True, capture_output=True, timeout=100)
        (library.parent / "script.xlc").write_text(_LIBRARIES, encoding="utf-8")
        (library / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
        (library / "Scenarios.xba").write_text(_MODULE, encoding="utf-8")
        book = Path(shutil.copy(asked["file"], folder))
        lines = [book.as_uri()]
        for cells in (asked["inputs"], asked["outputs"]):
            lines += [str(len(cells)), *("\t".join(map(str, cell)) for cell in cells)]
        scenarios = [asked["scenarios"][0], *asked["scenarios"]]  # the first computes what loading left
        lines += ["\t".join(map(repr, values)) for values in scenarios]
        (folder / "asked").write_text("\n".join(lines), encoding="utf-8")
        macro = f'macro:///Standard.Scenarios.Run("{folder / "asked"}","{folder / "answered"}")'
        subprocess.run([*office, macro], check=True, capture_output=True, timeout=800)
        rows = [line.split("\t") for line in (folder / "answered").read_text().splitlines()][1:]
    taken = [float(row[0]) / 1000 for row in rows]
    print(json.dumps([statistics.fmean(taken), [[float(value) for value in row[1:]] for row in rows]]))


if __name__ == "__main__":
    main()
