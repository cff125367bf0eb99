"""Runs the AWS CLI's commands in one Python process, which spares each its start of 0.7 s.

Reads a line of JSON (a list of arguments) at a time, and answers with one: exit code, output, error.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver


class Text(io.TextIOWrapper):
    """A text stream with the bytes behind it, which the CLI sometimes writes to."""

    def __init__(self):
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self):
        return self.buffer.getvalue().decode("utf-8")


driver = create_clidriver()
for line in sys.stdin:
    out, err = Text(), Text()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = driver.main(json.loads(line))
        except SystemExit as ended:
            code = ended.code
    sys.__stdout__.write(json.dumps({"code": code, "out": out.text(), "err": err.text()}) + "\n")
    sys.__stdout__.flush()
