"""Prints how often each word is in a file, as JSON."""

import json
import re
import sys
from collections import Counter
from pathlib import Path

text = Path(sys.argv[1]).read_text(encoding="utf-8").lower()
print(json.dumps(Counter(re.findall(r"[a-z]+", text))))
