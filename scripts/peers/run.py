"""Times longseq beside PyTorch and JAX on this machine: the same weights and tokens, one call of each in turn.

usage: run.py [ROUNDS [TABLE]]
ROUNDS, at least 5, is how many calls of each are timed; TABLE is a file in which the table between its markers is replaced.
"""

import datetime
import importlib.metadata
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = max(5, int(sys.argv[1])) if len(sys.argv) > 1 else 7
TITLES = {"mamba2": "Mamba-2", "llama": "Llama", "rwkv6": "RWKV-6", "griffin": "Griffin"}
KINDS = {"train": ("training step, 4 x 512", 4, 512), "forward": ("logits, 1 x 2048", 1, 2048)}  # rows, and tokens of each
NAMES = {"torch": "torch", "compile": "torch.compile", "jax": "jax.jit", "published": "transformers (RWKV-6: rwkv)"}
VOCABULARY = 1024
BEGIN, END = "<!-- peers -->\n", "<!-- end of peers -->\n"
COMPARED = 3  # calls whose results are compared: of training, the loss at the start and after one and two updates
TOLERANCE = 1e-3  # of losses in nats, and of logits relative to the largest; float32 leaves 1e-5
T975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]  # of Student's t, from 1 degree of freedom
REST = 0.25  # seconds between calls, in which the threads of the last one stop spinning


class Side:
    """A program that answers each line with a time and a result."""

    def __init__(self, *command):
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.times, self.results = [], []

    def call(self):
        time.sleep(REST)
        self.program.stdin.write("\n")
        self.program.stdin.flush()
        line = self.program.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(self.program.args)} ended")
        answer = json.loads(line)
        self.times.append(answer["seconds"])
        self.results.append(answer["result"])
        self.flops = answer["flops"]

    def close(self):
        self.program.stdin.close()
        self.program.wait()


def interval(ratios):
    """The geometric mean of ratios with its 95% interval, by t over their logarithms."""
    logs = [math.log(r) for r in ratios]
    mean, error = statistics.mean(logs), statistics.stdev(logs) / math.sqrt(len(logs))
    t = T975[min(len(logs) - 2, len(T975) - 1)]
    return [math.exp(mean + sign * t * error) for sign in (0, -1, 1)]


def measure(model, kind, folder):
    """Times a model's sides in turn, and returns them by name without the calls that compile and warm up."""
    _, batch, length = KINDS[kind]
    draw = random.Random(1)
    rows = {name: [[draw.randrange(VOCABULARY) for _ in range(length)] for _ in range(batch)] for name in ("Tokens", "Targets")}
    path, weights = f"{folder}/rows.json", f"{folder}/{model}-{kind}"
    with open(path, "w") as file:
        json.dump(rows, file)
    forward = ["-forward"] if kind == "forward" else []
    ours = Side(f"{folder}/ours", "-config", f"{HERE}/models/{model}.json", "-input", path, "-save", weights, *forward)
    sides = {"longseq": ours}
    ours.call()  # it has saved the weights, and with logits these
    for peer in ["matmul", "torch", "compile", "jax"] + ["published"] * (kind == "forward"):
        sides[peer] = Side(sys.executable, f"{HERE}/peer.py", peer, model, kind, weights, path)
        sides[peer].call()
    for _ in range(1 + ROUNDS):
        for side in sides.values():
            side.call()
    for name, side in sides.items():
        side.close()
        for call, (theirs, its) in enumerate(zip(side.results[:COMPARED], ours.results)):
            if name != "matmul" and not abs(theirs - its) <= TOLERANCE:
                sys.exit(f"{model}, {kind}: {name} computes otherwise than longseq: {theirs} for {its} at call {call + 1}")
        del side.times[:2]
    return sides


def compare(model, kind, folder):
    """A line of the table."""
    sides = measure(model, kind, folder)
    ours, matmul = sides["longseq"], sides["matmul"]
    share = (ours.flops / min(ours.times)) / (matmul.flops / min(matmul.times))
    cells = [f"{TITLES[model]}, {KINDS[kind][0]}", f"{ours.flops / 1e9:.1f}", f"{100 * share:.0f}%", timing(ours)]
    for peer in NAMES:
        if peer in sides:
            middle, low, high = interval([p / o for p, o in zip(sides[peer].times, ours.times)])
            cells.append(f"{timing(sides[peer])}: {middle:.2f} [{low:.2f}, {high:.2f}]")
        else:
            cells.append("")
    return "| " + " | ".join(cells) + " |"


def timing(side):
    return f"{min(side.times):.3f} / {statistics.median(side.times):.3f}"


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "an unknown processor"


def main():
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["go", "build", "-o", f"{folder}/ours", "./scripts/peers/ours"], check=True)
        for kind in KINDS:
            for model in TITLES:
                lines.append(compare(model, kind, folder))
                print(lines[-1], flush=True)
    columns = ["", "GFLOP", "of the matmul rate", "longseq, s"] + [f"{name}, s: ratio" for name in NAMES.values()]
    head = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "jax", "transformers", "rwkv"))
    note = (f"Measured on {datetime.date.today()} with {os.cpu_count()} cores of {processor()}; {versions}. Models of width 256, 4 layers and "
            f"{VOCABULARY} tokens, in float32. A time is the least / the median of {ROUNDS} calls, all programs in turn; the ratio says how many "
            "times faster longseq is, with its 95% interval. A training step counts three times the operations of its logits.")
    table = "\n".join([note, ""] + head + lines)
    if len(sys.argv) <= 2:
        print(table)
        return
    with open(sys.argv[2]) as file:
        before, rest = file.read().split(BEGIN)
    after = rest.split(END)[1]
    with open(sys.argv[2], "w") as file:
        file.write(before + BEGIN + table + "\n" + END + after)


main()
