"""The programs that models are published with, for the logits of longseq's weights: transformers, and the package rwkv."""

import os

import torch
from safetensors.torch import load_file

NAMES = {"mamba2": "transformers", "llama": "transformers", "griffin": "transformers", "rwkv6": "rwkv"}


def make(model, folder, config):
    """Returns the logits [1, T, V] of tokens [1, T] as a function of tokens."""
    if model == "rwkv6":
        return rwkv(folder)
    from transformers import AutoConfig, AutoModelForCausalLM, Mamba2Config, Mamba2ForCausalLM

    if model == "mamba2":  # of a checkpoint of the package mamba_ssm, which transformers names otherwise
        ssm = config["ssm_cfg"]
        net = Mamba2ForCausalLM(Mamba2Config(
            hidden_size=config["d_model"], num_hidden_layers=config["n_layer"], vocab_size=config["vocab_size"],
            state_size=ssm["d_state"], head_dim=ssm["headdim"], num_heads=2 * config["d_model"] // ssm["headdim"], n_groups=1,
            chunk_size=64, tie_word_embeddings=False))
        weights = load_file(f"{folder}/model.safetensors")
        net.load_state_dict({name.replace("backbone.embedding.", "backbone.embeddings."): w for name, w in weights.items()})
    else:
        if model == "griffin":
            config = {**config, "logits_soft_cap": float(config["logits_soft_cap"])}  # transformers takes no integer here
        net = AutoModelForCausalLM.from_config(AutoConfig.for_model(**config), dtype=torch.float32)
        missing, unknown = net.load_state_dict(load_file(f"{folder}/model.safetensors"), strict=False)
        if unknown or set(missing) - {"lm_head.weight"}:  # which is tied
            raise ValueError(f"{model}: transformers lacks {missing} and does not know {unknown}")
    net.eval()
    return lambda tokens: net(tokens, use_cache=False).logits


def rwkv(folder):
    os.environ["RWKV_JIT_ON"] = "1"
    os.environ["RWKV_CUDA_ON"] = "0"
    from rwkv.model import RWKV

    names = {"rwkv.": "", "embeddings.": "emb.", ".pre_ln.": ".ln0.", ".attention.": ".att.", ".feed_forward.": ".ffn."}
    weights = {}
    for name, w in load_file(f"{folder}/model.safetensors").items():
        for theirs, its in names.items():
            name = name.replace(theirs, its)
        weights[name] = w
    torch.save(weights, f"{folder}/rwkv.pth")
    net = RWKV(model=f"{folder}/rwkv", strategy="cpu fp32", verbose=False)
    return lambda tokens: net.forward(tokens[0].tolist(), None, full_output=True)[0][None]
