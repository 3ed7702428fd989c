package lcmodels

// Mamba-2 + attention (Dao & Gu 2024, section 9.2.3): a stack of Mamba-2 mixers (mamba2.go) in which a
// few layers have the attention mixer of transformerpp.go instead; no layer has an MLP. Both mixers
// and the stack (mambassm.go) are shared; what makes the hybrid is attn_layer_idx.
