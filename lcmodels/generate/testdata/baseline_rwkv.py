"""Measures prefill and decode of the rwkv package on a CPU, in tokens/s, one JSON line for each measurement.

    python baseline_rwkv.py --d-model 256 --layers 4 --vocab 1024 --prefill 1024 --decode 64 --threads 2 --repeat 5 --save DIR

It needs rwkv 0.8.32 and torch 2.14. The checkpoint has random weights in BlinkDL's format and is saved as DIR/rwkv6.pth.
"""
import argparse
import json
import math
import os
import pathlib
import statistics
import time

import torch


def checkpoint(a):
    torch.manual_seed(a.seed)
    C, H, S, F = a.d_model, a.d_model // 64, 64, a.d_model * 7 // 2 // 32 * 32
    w = {"emb.weight": torch.randn(a.vocab, C) * 0.02, "head.weight": torch.randn(a.vocab, C) / math.sqrt(C)}

    def norm(name, n):
        w[name + ".weight"], w[name + ".bias"] = torch.ones(n), torch.zeros(n)

    norm("blocks.0.ln0", C)
    norm("ln_out", C)
    for i in range(a.layers):
        b = f"blocks.{i}."
        for n in ("ln1", "ln2", "att.ln_x"):
            norm(b + n, C)
        for n in "xwkvrg":
            w[b + "att.time_maa_" + n] = torch.full((1, 1, C), 0.5)
        w[b + "att.time_maa_w1"], w[b + "att.time_maa_w2"] = torch.randn(C, 160) / math.sqrt(C), torch.randn(5, 32, C) * 0.02
        w[b + "att.time_decay"] = torch.linspace(-6, -1, C).reshape(1, 1, C)
        w[b + "att.time_decay_w1"], w[b + "att.time_decay_w2"] = torch.randn(C, 64) / math.sqrt(C), torch.randn(64, C) * 0.02
        w[b + "att.time_faaaa"] = torch.full((H, S), 0.5)
        for n in ("receptance", "key", "value", "gate", "output"):
            w[b + f"att.{n}.weight"] = torch.randn(C, C) / math.sqrt(C)
        for n in "kr":
            w[b + "ffn.time_maa_" + n] = torch.full((1, 1, C), 0.5)
        w[b + "ffn.key.weight"], w[b + "ffn.value.weight"] = torch.randn(F, C) / math.sqrt(C), torch.randn(C, F) / math.sqrt(F)
        w[b + "ffn.receptance.weight"] = torch.randn(C, C) / math.sqrt(C)
    return w


def timed(f, n):
    ts = []
    for _ in range(n):
        t = time.perf_counter()
        f()
        ts.append(time.perf_counter() - t)
    return min(ts), statistics.median(ts)


def main():
    p = argparse.ArgumentParser()
    for name, default in (("d-model", 256), ("layers", 4), ("vocab", 1024), ("prefill", 1024), ("decode", 64), ("threads", os.cpu_count()), ("repeat", 5), ("seed", 0)):
        p.add_argument("--" + name, type=int, default=default)
    p.add_argument("--save", required=True)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    out = pathlib.Path(a.save) / "rwkv6.pth"
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint(a), out)

    os.environ["RWKV_JIT_ON"], os.environ["RWKV_V7_ON"] = "1", "0"
    from rwkv.model import RWKV
    m = RWKV(model=str(out)[:-4], strategy="cpu fp32", verbose=False)
    tokens = torch.randint(1, a.vocab, (a.prefill,)).tolist()
    base = dict(model="rwkv6", impl="rwkv 0.8.32", torch=torch.__version__, d_model=a.d_model, layers=a.layers, vocab=a.vocab, threads=a.threads)

    def line(what, n, repeat, f):
        mn, med = timed(f, repeat)
        print(json.dumps(dict(base, what=what, tokens=n, min_s=round(mn, 6), median_s=round(med, 6), tokens_per_s=round(n / mn, 1))), flush=True)

    m.forward(tokens[:64], None)
    line("prefill", a.prefill, a.repeat, lambda: m.forward(tokens, None))

    def decode():
        logits, state = m.forward(tokens[:16], None)
        for _ in range(a.decode - 1):
            logits, state = m.forward([int(logits.argmax())], state)

    decode()
    line("decode (16-token prompt)", a.decode, max(1, a.repeat // 2), decode)


if __name__ == "__main__":
    main()
