"""A training step, or the logits of all positions, in PyTorch or JAX: plain re-statements of four of longseq's architectures,
or the programs that they are published with.

usage: peer.py FRAMEWORK MODEL KIND FOLDER ROWS
FRAMEWORK is torch, compile (torch.compile), jax (jax.jit), published (the program that the model is published with: logits
only) or matmul (three products of two matrices, whatever the model is); KIND is train or forward; FOLDER holds config.json,
model.safetensors and longseq's logits.f32; ROWS is a JSON file of tokens and targets. Each line that is read is a call, and
answered by a line of JSON: the seconds, and the loss or how far the logits are from longseq's, relative to the largest.
"""

import functools
import json
import sys
import time

import numpy as np

import models

framework, model, kind, folder, rows = sys.argv[1:]
config = json.load(open(f"{folder}/config.json"))
rows = json.load(open(rows))
tokens, targets = np.array(rows["Tokens"]), np.array(rows["Targets"])
LR, BETAS, EPS, DECAY, CLIP = 1e-3, (0.9, 0.98), 1e-8, 0.01, 1.0
SIZE = 2048  # of the matrices whose products give the machine's rate


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
                return apply(weights, x)

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
        return lambda: apply(weights, tokens).block_until_ready()

    def loss(weights):
        logits = jax.nn.log_softmax(forward(weights, tokens))
        return -jnp.take_along_axis(logits, targets[..., None], -1).mean()

    @functools.partial(jax.jit, donate_argnums=(0, 1, 2))
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

    state = [weights, *(jax.tree.map(jnp.zeros_like, weights) for _ in range(2)), jnp.float32(1)]

    def call():
        nonlocal state
        *state, value = step(*state)
        return float(value.block_until_ready())

    return call


def in_published():
    import torch

    import published

    torch.set_num_threads(2)
    apply = published.make(model, folder, config)
    x = torch.tensor(tokens)

    def call():
        with torch.no_grad():
            return apply(x)

    return call


def multiply():
    import torch

    torch.set_num_threads(2)
    a, b = torch.rand(2, SIZE, SIZE)

    def call():
        for _ in range(3):
            torch.mm(a, b)
        return 0.0

    return call


def distance(logits):
    """How far the logits are from longseq's, relative to the largest."""
    theirs = np.fromfile(f"{folder}/logits.f32", np.float32).reshape(logits.shape)
    return float(np.abs(np.asarray(logits) - theirs).max() / np.abs(theirs).max())


call = {"torch": in_torch, "compile": in_torch, "jax": in_jax, "published": in_published, "matmul": multiply}[framework]()
for _ in sys.stdin:
    begun = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - begun
    if kind == "forward" and framework != "matmul":
        result = distance(result)
    print(json.dumps({"seconds": seconds, "result": result, "flops": 3 * 2 * SIZE**3 if framework == "matmul" else None}), flush=True)
