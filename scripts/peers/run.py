"""Times longseq beside PyTorch and JAX on this machine: the same weights and tokens, one call of each in turn.

usage: run.py [ROUNDS [TABLE]]
ROUNDS, at least 5, is how many calls of each are timed; TABLE is a file in which the table between its markers is replaced.
"""

import datetime
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = max(5, int(sys.argv[1])) if len(sys.argv) > 1 else 7
MODELS = ["mamba2", "llama", "rwkv6", "griffin"]
KINDS = {"train": (4, 512), "forward": (1, 2048)}
PEERS = ["torch", "compile", "jax"]
NAMES = {"torch": "torch", "compile": "torch.compile", "jax": "jax.jit"}
TOLERANCE = 1e-3  # of losses and of sums of logits, relative to 1 + their size


class Side:
    """A program that answers each line with a time and a result."""

    def __init__(self, *command):
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call(self):
        self.program.stdin.write("\n")
        self.program.stdin.flush()
        line = self.program.stdout.readline()
        if not line:
            sys.exit(f"{self.program.args} ended")
        answer = json.loads(line)
        return answer["seconds"], answer["result"]

    def close(self):
        self.program.stdin.close()
        self.program.wait()


def interval(ratios):
    """The geometric mean of ratios with its 95% interval, by t over their logarithms."""
    logs = [math.log(r) for r in ratios]
    mean, error = statistics.mean(logs), statistics.stdev(logs) / math.sqrt(len(logs))
    t = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}.get(len(logs) - 1, 2.1)
    return [math.exp(mean + sign * t * error) for sign in (-1, 0, 1)]


def compare(model, kind, folder):
    batch, length = KINDS[kind]
    draw = random.Random(1)
    rows = {name: [[draw.randrange(1024) for _ in range(length)] for _ in range(batch)] for name in ("Tokens", "Targets")}
    path = f"{folder}/rows.json"
    json.dump(rows, open(path, "w"))
    weights = f"{folder}/{model}-{kind}"
    forward = ["-forward"] if kind == "forward" else []
    sides = {"longseq": Side(f"{folder}/ours", "-config", f"{HERE}/models/{model}.json", "-input", path, "-save", weights, *forward)}
    results = {"longseq": sides["longseq"].call()[1]}  # compiles
    for peer in PEERS:
        sides[peer] = Side(sys.executable, f"{HERE}/peer.py", peer, model, kind, weights, path)
        results[peer] = sides[peer].call()[1]
        if abs(results[peer] - results["longseq"]) > TOLERANCE * (1 + abs(results["longseq"])):
            sys.exit(f"{model}, {kind}: {peer} computes {results[peer]}, longseq {results['longseq']}")
    times = {name: [] for name in sides}
    for name, side in sides.items():
        side.call()
    for _ in range(ROUNDS):
        for name, side in sides.items():
            times[name].append(side.call()[0])
    for side in sides.values():
        side.close()
    cells = [f"{model}, {kind}"] + [f"{min(t):.3f} / {statistics.median(t):.3f}" for t in times.values()]
    for peer in PEERS:
        low, middle, high = interval([p / o for p, o in zip(times[peer], times["longseq"])])
        cells.append(f"{middle:.2f} [{low:.2f}, {high:.2f}]")
    return "| " + " | ".join(cells) + " |"


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
            for model in MODELS:
                lines.append(compare(model, kind, folder))
                print(lines[-1], flush=True)
    columns = ["model"] + [f"{n}, s" for n in ["longseq"] + [NAMES[p] for p in PEERS]] + [f"longseq : {NAMES[p]}" for p in PEERS]
    head = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    note = (f"Measured on {datetime.date.today()} with {os.cpu_count()} cores of {processor()}: the least and the median of {ROUNDS} calls in "
            "turn, and how many times faster longseq is, with 95% intervals.")
    table = "\n".join([note, ""] + head + lines)
    if len(sys.argv) > 2:
        text = open(sys.argv[2]).read()
        begin, end = "<!-- peers -->\n", "<!-- end of peers -->\n"
        before, rest = text.split(begin)
        _, after = rest.split(end)
        open(sys.argv[2], "w").write(before + begin + table + "\n" + end + after)
    else:
        print(table)


main()
