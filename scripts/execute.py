"""Executes a notebook under the project's kernel, and prints its progress.

execute.py NOTEBOOK OUT writes the executed notebook to OUT, even if a cell fails. Cells run in the notebook's
folder. Text that a cell shows while it runs, such as a progress bar, is printed too.
"""

import pathlib
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

KERNEL = "longseq"
FLUSH = "defer display.Flush()"


class PrintingClient(NotebookClient):
    """Runs a notebook as nbclient does, and prints the text that its cells show."""

    shown = ""

    async def async_execute_cell(self, cell, cell_index, **options):
        cells = len(self.nb.cells)
        if cell.cell_type == "code":
            print(f"   cell {cell_index + 1} of {cells}: {first_line(cell.source)}", flush=True)
        return await super().async_execute_cell(cell, cell_index, **options)

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        text = content["text"] if msg["msg_type"] == "stream" else content.get("data", {}).get("text/plain", "")
        line = text.strip().splitlines()[-1].strip() if text.strip() else ""
        if line and line != self.shown:
            print(f"   {line}", flush=True)
            self.shown = line
        return super().process_message(msg, cell, cell_index)


def first_line(source: str) -> str:
    """The first line of a cell that is neither %% nor the usual flush."""
    return next((line for line in source.splitlines() if line.strip(" %") and line != FLUSH), "")


def main(path: pathlib.Path, out: pathlib.Path) -> str | None:
    notebook = nbformat.read(path, as_version=4)
    client = PrintingClient(notebook, kernel_name=KERNEL, timeout=None, resources={"metadata": {"path": str(path.parent)}})
    try:
        client.execute()
    except (CellExecutionError, DeadKernelError) as error:
        return f"{path}: {error}"
    finally:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = out.with_name(out.name + ".part")
        nbformat.write(notebook, draft)
        draft.replace(out)
    return None


if __name__ == "__main__":
    try:
        sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
    except KeyboardInterrupt:
        sys.exit(130)
