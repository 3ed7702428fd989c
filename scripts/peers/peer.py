"""A training step, or the logits of all positions, in PyTorch or JAX: plain re-statements of four of longseq's architectures.

usage: peer.py FRAMEWORK MODEL KIND FOLDER ROWS
FRAMEWORK is torch, compile (torch.compile) or jax (jax.jit); KIND is train or forward; FOLDER holds config.json and
model.safetensors; ROWS is a JSON file of tokens and targets. Each line that is read is a call, and answered by a line of JSON:
the seconds, and the loss or the sum of the logits.
"""

import json
import math
import sys
import time

import numpy as np

import models

framework, model, kind, folder, rows = sys.argv[1:]
config = json.load(open(f"{folder}/config.json"))
rows = json.load(open(rows))
tokens, targets = np.array(rows["Tokens"]), np.array(rows["Targets"])
LR, BETAS, EPS, DECAY, CLIP = 1e-3, (0.9, 0.98), 1e-8, 0.01, 1.0


def in_torch():
    import torch
    from safetensors.torch import load_file

    torch.set_num_threads(2)
    weights = {name: w.clone().requires_grad_(kind == "train") for name, w in load_file(f"{folder}/model.safetensors").items()}
    forward = models.make(models.Torch(), model, config)
    x, y = torch.tensor(tokens), torch.tensor(targets)
    if kind == "forward":
        apply = torch.compile(forward) if framework == "compile" else forward

        def call():
            with torch.no_grad():
                return apply(weights, x).sum().item()

        return call

    def loss(weights):
        logits = forward(weights, x)
        return torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))

    compute = torch.compile(loss) if framework == "compile" else loss
    optimiser = torch.optim.AdamW(weights.values(), LR, betas=BETAS, eps=EPS, weight_decay=DECAY, fused=True)

    def call():
        optimiser.zero_grad()
        value = compute(weights)
        value.backward()
        torch.nn.utils.clip_grad_norm_(weights.values(), CLIP)
        optimiser.step()
        return value.item()

    return call


def in_jax():
    import jax
    import jax.numpy as jnp
    from safetensors.numpy import load_file

    weights = {name: jnp.asarray(w) for name, w in load_file(f"{folder}/model.safetensors").items()}
    forward = models.make(models.Jax(), model, config)
    if kind == "forward":
        apply = jax.jit(forward)
        return lambda: float(apply(weights, tokens).sum().block_until_ready())

    def loss(weights):
        logits = jax.nn.log_softmax(forward(weights, tokens))
        return -jnp.take_along_axis(logits, targets[..., None], -1).mean()

    @jax.jit
    def step(weights, first, second, number):
        value, gradient = jax.value_and_grad(loss)(weights)
        norm = jnp.sqrt(sum((g * g).sum() for g in gradient.values()))
        gradient = jax.tree.map(lambda g: g * jnp.minimum(1, CLIP / (norm + 1e-6)), gradient)
        first = jax.tree.map(lambda m, g: BETAS[0] * m + (1 - BETAS[0]) * g, first, gradient)
        second = jax.tree.map(lambda v, g: BETAS[1] * v + (1 - BETAS[1]) * g * g, second, gradient)

        def update(w, m, v):
            m, v = m / (1 - BETAS[0] ** number), v / (1 - BETAS[1] ** number)
            return w - LR * (m / (jnp.sqrt(v) + EPS) + DECAY * w)

        return jax.tree.map(update, weights, first, second), first, second, number + 1, value

    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = [weights, zeros, zeros, jnp.float32(1)]

    def call():
        nonlocal state
        *state, value = step(*state)
        return float(value.block_until_ready())

    return call


call = in_jax() if framework == "jax" else in_torch()
for _ in sys.stdin:
    begun = time.perf_counter()
    result = call()
    print(json.dumps({"seconds": time.perf_counter() - begun, "result": result if math.isfinite(result) else None}), flush=True)
