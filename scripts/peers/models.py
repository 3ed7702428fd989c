"""The four architectures for both frameworks, as a user of either would write them: chunked scans by matrix products, and no
kernels of one's own. The functions that differ are those of Torch and Jax; weights have the names of the published files."""

import math


class Torch:
    def __init__(self):
        import torch

        self.t = torch
        f = torch.nn.functional
        self.einsum, self.exp, self.sqrt, self.tanh, self.cumsum = torch.einsum, torch.exp, torch.sqrt, torch.tanh, torch.cumsum
        self.silu, self.softplus, self.sigmoid, self.relu = f.silu, f.softplus, torch.sigmoid, torch.relu
        self.gelu = lambda x: f.gelu(x, approximate="tanh")

    def cat(self, parts, axis):
        return self.t.cat(parts, axis)

    def stack(self, parts, axis):
        return self.t.stack(parts, axis)

    def where(self, condition, a, b):
        return self.t.where(condition, a, b)

    def triangle(self, n, below):
        return self.t.tril(self.t.ones(n, n, dtype=self.t.bool), below)

    def arange(self, n):
        return self.t.arange(n)

    def permute(self, x, *axes):
        return x.permute(*axes)

    def attention(self, q, k, v):
        q, k, v = (x.transpose(1, 2) for x in (q, k, v))
        fused = self.t.nn.functional.scaled_dot_product_attention
        return fused(q, k, v, is_causal=True, enable_gqa=q.shape[1] != k.shape[1]).transpose(1, 2)

    cos = property(lambda self: self.t.cos)
    sin = property(lambda self: self.t.sin)


class Jax:
    def __init__(self):
        import jax
        import jax.numpy as jnp

        self.n = jnp
        self.einsum, self.exp, self.sqrt, self.tanh, self.cos, self.sin = jnp.einsum, jnp.exp, jnp.sqrt, jnp.tanh, jnp.cos, jnp.sin
        self.silu, self.softplus, self.sigmoid, self.relu = jax.nn.silu, jax.nn.softplus, jax.nn.sigmoid, jax.nn.relu
        self.gelu = lambda x: jax.nn.gelu(x, approximate=True)
        self.attention = lambda q, k, v: jax.nn.dot_product_attention(q, k, v, is_causal=True)
        self.cumsum, self.where, self.arange = jnp.cumsum, jnp.where, jnp.arange

    def cat(self, parts, axis):
        return self.n.concatenate(parts, axis)

    def stack(self, parts, axis):
        return self.n.stack(parts, axis)

    def triangle(self, n, below):
        return self.n.tril(self.n.ones((n, n), bool), below)

    def permute(self, x, *axes):
        return self.n.transpose(x, axes)


def make(F, model, c):
    """Returns the logits [B, T, V] of a model as a function of weights and tokens [B, T]."""
    return {"mamba2": mamba2, "llama": llama, "rwkv6": rwkv6, "griffin": griffin}[model](F, c)


def rms(F, x, w, eps):
    return x / F.sqrt((x * x).mean(-1)[..., None] + eps) * w


def shifted(F, x, n):
    """x [B, T, D], n tokens later, with zeros before."""
    return F.cat([x[:, :n] * 0, x[:, :-n]], 1) if n else x


def convolve(F, x, w, b):
    """The causal depthwise convolution: x [B, T, D], w [D, 1, L]."""
    width = w.shape[-1]
    return sum(shifted(F, x, width - 1 - j) * w[:, 0, j] for j in range(width)) + b


def carry(F, decay, added, axes):
    """The states before each chunk: decay [B, Z, ...] of a chunk and what it adds, of the same rank with axes more."""
    state, before = added[:, 0] * 0, []
    for z in range(added.shape[1]):
        before.append(state)
        state = decay[:, z][(...,) + (None,) * axes] * state + added[:, z]
    return F.stack(before, 1)


def rotate(F, x, theta, part=1.0):
    """Rotary positions of the first part of each head: x [B, T, H, P]."""
    dim = int(x.shape[-1] * part)
    half = dim // 2
    angles = F.arange(x.shape[1])[:, None] * theta ** (-F.arange(half) / half)
    cos, sin = F.cos(angles)[None, :, None], F.sin(angles)[None, :, None]
    a, b = x[..., :half], x[..., half:dim]
    return F.cat([a * cos - b * sin, b * cos + a * sin, x[..., dim:]], 3)


def attend(F, q, k, v):
    """Causal attention: q [B, T, H, P], k and v [B, T, G, P]."""
    batch, time, heads, dim = q.shape
    return F.attention(q, k, v).reshape(batch, time, heads * dim)


def mamba2(F, c):
    ssm, chunk = c["ssm_cfg"], 64
    N, P = ssm["d_state"], ssm["headdim"]
    E = 2 * c["d_model"]
    H = E // P

    def scan(x, dt, a, b, cc):
        B, T = x.shape[:2]
        Z = T // chunk
        x = (x * dt[..., None]).reshape(B, Z, chunk, H, P)
        b, cc = b.reshape(B, Z, chunk, N), cc.reshape(B, Z, chunk, N)
        total = F.permute(F.cumsum((dt * a).reshape(B, Z, chunk, H), 2), 0, 1, 3, 2)  # [B, Z, H, C]
        mask = F.triangle(chunk, 0)
        between = total[..., :, None] - total[..., None, :]
        keep = F.where(mask, F.exp(F.where(mask, between, between * 0)), between * 0)
        pairs = F.einsum("bzin,bzjn->bzij", cc, b)
        y = F.einsum("bzhij,bzjhp->bzihp", keep * pairs[:, :, None], x)
        left = F.exp(total[..., -1:] - total)
        added = F.einsum("bzhj,bzjhp,bzjn->bzhpn", left, x, b)
        before = carry(F, F.exp(total[..., -1]), added, 2)
        y = y + F.einsum("bzin,bzhpn,bzhi->bzihp", cc, before, F.exp(total))
        return y.reshape(B, T, H, P)

    def forward(w, tokens):
        x = w["backbone.embedding.weight"][tokens]
        B, T = tokens.shape
        for i in range(c["n_layer"]):
            g = lambda name: w[f"backbone.layers.{i}.{name}"]
            u = rms(F, x, g("norm.weight"), 1e-5) @ g("mixer.in_proj.weight").T
            z, xbc, dt = u[..., :E], u[..., E : 2 * E + 2 * N], u[..., 2 * E + 2 * N :]
            xbc = F.silu(convolve(F, xbc, g("mixer.conv1d.weight"), g("mixer.conv1d.bias")))
            xs, b, cc = xbc[..., :E].reshape(B, T, H, P), xbc[..., E : E + N], xbc[..., E + N :]
            y = scan(xs, F.softplus(dt + g("mixer.dt_bias")), -F.exp(g("mixer.A_log")), b, cc) + xs * g("mixer.D")[:, None]
            y = rms(F, y.reshape(B, T, E) * F.silu(z), g("mixer.norm.weight"), 1e-5)
            x = x + y @ g("mixer.out_proj.weight").T
        return rms(F, x, w["backbone.norm_f.weight"], 1e-5) @ w["lm_head.weight"].T

    return forward


def llama(F, c):
    heads = c["num_attention_heads"]

    def forward(w, tokens):
        x = w["model.embed_tokens.weight"][tokens]
        split = lambda x: x.reshape(*tokens.shape, heads, -1)
        for i in range(c["num_hidden_layers"]):
            g = lambda name: w[f"model.layers.{i}.{name}.weight"]
            u = rms(F, x, g("input_layernorm"), c["rms_norm_eps"])
            q, k, v = (split(u @ g(f"self_attn.{n}_proj").T) for n in "qkv")
            y = attend(F, rotate(F, q, c["rope_theta"]), rotate(F, k, c["rope_theta"]), v)
            x = x + y @ g("self_attn.o_proj").T
            u = rms(F, x, g("post_attention_layernorm"), c["rms_norm_eps"])
            x = x + (F.silu(u @ g("mlp.gate_proj").T) * (u @ g("mlp.up_proj").T)) @ g("mlp.down_proj").T
        return rms(F, x, w["model.norm.weight"], c["rms_norm_eps"]) @ w["lm_head.weight"].T

    return forward


def rwkv6(F, c):
    K, chunk, eps = c["head_size"], 16, 1e-5
    H = c["hidden_size"] // K
    rank = c["time_mix_extra_dim"]

    def norm(x, w, b, eps):
        mean = x.mean(-1)[..., None]
        return (x - mean) / F.sqrt(((x - mean) ** 2).mean(-1)[..., None] + eps) * w + b

    def scan(r, k, v, log_w, u):
        B, T = r.shape[:2]
        Z = T // chunk
        cut = lambda x: F.permute(x.reshape(B, Z, chunk, H, K), 0, 1, 3, 2, 4)  # [B, Z, H, C, K]
        r, k, v, log_w = cut(r), cut(k), cut(v), cut(log_w)
        after = F.cumsum(log_w, 3)
        before = after - log_w
        mask = F.triangle(chunk, -1)[..., None]
        between = before[..., :, None, :] - after[..., None, :, :]
        keep = F.where(mask, F.exp(F.where(mask, between, between * 0)), between * 0)
        pairs = F.einsum("bzhik,bzhjk,bzhijk->bzhij", r, k, keep)
        y = F.einsum("bzhij,bzhjp->bzhip", pairs, v) + (r * u[:, None] * k).sum(-1)[..., None] * v
        added = F.einsum("bzhjk,bzhjp->bzhkp", k * F.exp(after[..., -1:, :] - after), v)
        state = carry(F, F.exp(after[..., -1, :]), added, 1)
        y = y + F.einsum("bzhik,bzhkp->bzhip", r * F.exp(before), state)
        return F.permute(y, 0, 1, 3, 2, 4).reshape(B, T, H, K)

    def forward(w, tokens):
        B, T = tokens.shape
        get = lambda name: w["rwkv." + name]
        x = norm(get("embeddings.weight")[tokens], get("blocks.0.pre_ln.weight"), get("blocks.0.pre_ln.bias"), eps)
        for i in range(c["num_hidden_layers"]):
            g = lambda name: get(f"blocks.{i}.{name}")
            a = lambda name: g("attention." + name)
            u = norm(x, g("ln1.weight"), g("ln1.bias"), eps)
            d = shifted(F, u, 1) - u
            low = F.tanh((u + d * a("time_maa_x")) @ a("time_maa_w1")).reshape(B, T, 5, rank)
            m = F.einsum("btjr,jrd->jbtd", low, a("time_maa_w2"))
            mixed = {n: u + d * (a("time_maa_" + n) + m[j]) for j, n in enumerate("wkvrg")}
            log_w = -F.exp(a("time_decay") + F.tanh(mixed["w"] @ a("time_decay_w1")) @ a("time_decay_w2"))
            heads = lambda x: x.reshape(B, T, H, K)
            project = lambda n, name: heads(mixed[n] @ a(name + ".weight").T)
            y = scan(project("r", "receptance"), project("k", "key"), project("v", "value"), heads(log_w), a("time_faaaa"))
            y = norm(y, 1, 0, eps * 64).reshape(B, T, -1) * a("ln_x.weight") + a("ln_x.bias")
            x = x + (y * F.silu(mixed["g"] @ a("gate.weight").T)) @ a("output.weight").T
            f = lambda name: g("feed_forward." + name)
            u = norm(x, g("ln2.weight"), g("ln2.bias"), eps)
            d = shifted(F, u, 1) - u
            k = F.relu((u + d * f("time_maa_k")) @ f("key.weight").T) ** 2
            x = x + F.sigmoid((u + d * f("time_maa_r")) @ f("receptance.weight").T) * (k @ f("value.weight").T)
        return norm(x, get("ln_out.weight"), get("ln_out.bias"), eps) @ w["head.weight"].T

    return forward


def griffin(F, c):
    D, heads, eps = c["hidden_size"], c["num_attention_heads"], 1e-6
    blocks, part = heads, 0.5

    def scan(a, b):
        n = 1
        while n < a.shape[1]:  # the recurrence over the last 2n tokens of each
            b = b + a * shifted(F, b, n)
            a = a * F.cat([a[:, :n] * 0 + 1, a[:, :-n]], 1)
            n *= 2
        return b

    def forward(w, tokens):
        B, T = tokens.shape
        norm = lambda x, name: rms(F, x, 1 + w[name], eps)
        scale = 16.0  # the root of D = 256, which bfloat16 holds
        x = w["model.embed_tokens.weight"][tokens] * scale
        first = (F.arange(T) == 0)[None, :, None]
        for i in range(c["num_hidden_layers"]):
            block = f"model.layers.{i}."
            g = lambda name: w[f"{block}temporal_block.{name}"]
            line = lambda x, name: x @ g(name + ".weight").T + (g(name + ".bias") if f"{block}temporal_block.{name}.bias" in w else 0)
            u = norm(x, block + "temporal_pre_norm.weight")
            if i % 3 < 2:
                b = convolve(F, line(u, "linear_x"), g("conv_1d.weight"), g("conv_1d.bias"))
                bb = b.reshape(B, T, blocks, -1)

                def gate(kind):
                    y = F.einsum("btnd,nde->btne", bb, g(f"rg_lru.{kind}_gate_weight"))
                    return F.sigmoid(y.reshape(B, T, -1) + g(f"rg_lru.{kind}_gate_bias").reshape(-1))

                log_a = -8 * gate("recurrent") * F.softplus(g("rg_lru.recurrent_param"))
                multiplier = F.where(first, log_a * 0 + 1, F.sqrt(1 - F.exp(2 * log_a) + 1e-12))
                a = F.where(first, log_a * 0, F.exp(log_a))
                h = scan(a, multiplier * gate("input") * b)
                y = line(h * F.gelu(line(u, "linear_y")), "linear_out")
            else:
                q = line(u, "q_proj").reshape(B, T, heads, -1)
                k, v = (line(u, n).reshape(B, T, c["num_key_value_heads"], -1) for n in ("k_proj", "v_proj"))
                y = line(attend(F, rotate(F, q, 10000.0, part), rotate(F, k, 10000.0, part), v), "o_proj")
            x = x + y
            u = norm(x, block + "channel_pre_norm.weight")
            mlp = lambda x, name: x @ w[f"{block}mlp_block.{name}.weight"].T + w[f"{block}mlp_block.{name}.bias"]
            x = x + mlp(F.gelu(mlp(u, "gate_proj")) * mlp(u, "up_proj"), "down_proj")
        logits = norm(x, "model.final_norm.weight") @ w["model.embed_tokens.weight"].T
        return 30 * F.tanh(logits / 30)

    return forward
