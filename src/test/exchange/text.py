"""Turns model files into text, which a repository can hold, as NAME.b64 beside one another: python text.py FOLDER"""

import base64
import os
import sys
import textwrap

TEXT = (".json", ".b64", ".py", ".md")


def to_text(folder):
    for name in sorted(os.listdir(folder)):
        file = os.path.join(folder, name)
        if not name.endswith(TEXT):
            with open(file, "rb") as binary, open(file + ".b64", "w") as text:
                text.write("\n".join(textwrap.wrap(base64.b64encode(binary.read()).decode(), 120)) + "\n")
            os.remove(file)


if __name__ == "__main__":
    to_text(sys.argv[1])
