"""Execute a notebook without Jupyter: its cells in order, in one namespace, without magics."""

from __future__ import annotations

import ast
import json
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

# What a notebook holds, as JSON (nbformat 4).
Notebook = dict[str, Any]


def executed(text: str) -> str:
    """Return the text of a notebook with the outputs that its cells have now.

    A cell that raises an exception raises it here.
    """
    notebook: Notebook = json.loads(text)
    names: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = _outputs("".join(cell["source"]), names, count)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _outputs(source: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    module = ast.parse(source)
    last = module.body[-1] if module.body else None
    value = None
    printed = StringIO()
    with redirect_stdout(printed):
        if isinstance(last, ast.Expr):
            module.body.pop()
        exec(compile(module, "<cell>", "exec"), names)  # noqa: S102  a notebook of this repository
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        lines = printed.getvalue().splitlines(keepends=True)
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines})
    if value is not None:
        data = {"text/plain": repr(value).splitlines(keepends=True)}
        outputs.append(
            {
                "data": data,
                "execution_count": count,
                "metadata": {},
                "output_type": "execute_result",
            }
        )
    return outputs
