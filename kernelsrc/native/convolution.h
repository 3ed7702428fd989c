// Causal depthwise convolution of one batch row and some channels of one part, vector by vector of channels. The rows of x
// before the first token are in before.
//
//   s[t] = bias + sum of w[j] x[t-L+1+j],  y = s or silu(s)
//
// and its gradient, block by block of tokens from the end, for which s is computed again:
//
//   ds = dy or dy silu'(s),  dx[t] = sum of w[j] ds[t+L-1-j],  dw[j] = sum of ds[t] x[t-L+1+j],  dbias = sum of ds
//
// L is 2 to 4, and constant where it is compiled.

INLINE vec NAME(sigmoid)(vec x) {
  const vec e = NAME(exp)(NAME(choose)(x < 0, x, -x));
  return NAME(choose)(x < 0, e, (vec){0} + 1.0f) / (1.0f + e);
}

// convolution_weights copies the weights of a task's channels to w [L, block] and returns the biases behind them.
INLINE float* NAME(convolution_weights)(const convolution_job* c, int from, int count, float* w) {
  for (int i = 0; i < count; i++) {
    for (int l = 0; l < c->L; l++) w[l * convolution_block + i] = c->weight[(long)(from + i) * c->L + l];
    w[c->L * convolution_block + i] = c->bias[from + i];
  }
  return w + c->L * convolution_block;
}

// A vector of channels, or left of one where whole is 0: x and y begin with the first token, before with row -L+1.
INLINE void NAME(convolution_channels)(const int L, const int whole, int left, const convolution_job* c, const float* x, const float* before,
                                       const float* w, const float* bias, float* y, long width) {
  vec past[convolution_max_length], weight[convolution_max_length];
  const vec b = NAME(load_left)(whole, bias, left);
#pragma GCC unroll 4
  for (int l = 0; l < L; l++) weight[l] = NAME(load_left)(whole, w + l * convolution_block, left);
#pragma GCC unroll 4
  for (int l = 0; l + 1 < L; l++) past[l] = NAME(load_left)(whole, before + (long)l * c->E, left);
  for (int t = 0; t < c->T; t++) {
    past[L - 1] = NAME(load_left)(whole, x + (long)t * c->E, left);
    vec s = b;
#pragma GCC unroll 4
    for (int l = 0; l < L; l++) s += weight[l] * past[l];
    if (c->silu) s *= NAME(sigmoid)(s);
    NAME(store_left)(whole, y + t * width, left, s);
#pragma GCC unroll 4
    for (int l = 0; l + 1 < L; l++) past[l] = past[l + 1];
  }
}

INLINE void NAME(convolution_of)(const int L, const convolution_job* c, int task, float* scratch) {
  const convolution_span of = convolution_span_of(c, task);
  const float* bias = NAME(convolution_weights)(c, of.channel, of.count, scratch);
  const float *x = c->x + of.row * c->T * c->E + of.channel, *before = c->before + of.row * (L - 1) * c->E + of.channel;
  const long width = c->widths[of.part];
  float* y = c->y[of.part] + of.row * c->T * width + of.first;
  int e = 0;
  for (; e + LANES <= of.count; e += LANES) NAME(convolution_channels)(L, 1, 0, c, x + e, before + e, scratch + e, bias + e, y + e, width);
  if (e < of.count) NAME(convolution_channels)(L, 0, of.count - e, c, x + e, before + e, scratch + e, bias + e, y + e, width);
}

static TARGET void NAME(convolution_task)(const void* job, int task, float* scratch) {
  const convolution_job* c = job;
  if (c->L == 4) NAME(convolution_of)(4, c, task, scratch);
  else if (c->L == 3) NAME(convolution_of)(3, c, task, scratch);
  else NAME(convolution_of)(2, c, task, scratch);
}

// The same of one block of count tokens, of the gradient. later has the first L-1 rows of ds of the block after it, and gets
// those of this one; to dw those of w and of bias are added.
INLINE void NAME(convolution_back)(const int L, const int whole, int left, const convolution_backward_job* b, const float* x,
                                   const float* past_rows, int count, const float* w, const float* bias, const float* dy, long width,
                                   float* dx, float* later, float* dw, float* ds) {
  const convolution_job* c = &b->of;
  enum { block = convolution_block };
  vec past[convolution_max_length], weight[convolution_max_length], sum[convolution_max_length], sum_bias = (vec){0};
  const vec bs = NAME(load_left)(whole, bias, left);
#pragma GCC unroll 4
  for (int l = 0; l < L; l++) weight[l] = NAME(load_left)(whole, w + l * block, left), sum[l] = (vec){0};
#pragma GCC unroll 4
  for (int l = 0; l + 1 < L; l++) past[l] = NAME(load_left)(whole, past_rows + (long)l * c->E, left);
  for (int t = 0; t < count; t++) {
    past[L - 1] = NAME(load_left)(whole, x + (long)t * c->E, left);
    vec d = NAME(load_left)(whole, dy + t * width, left);
    if (c->silu) {
      vec s = bs;
#pragma GCC unroll 4
      for (int l = 0; l < L; l++) s += weight[l] * past[l];
      const vec gate = NAME(sigmoid)(s);
      d *= gate * (1.0f + s * (1.0f - gate));
    }
    NAME(store)(ds + t * LANES, d);
    sum_bias += d;
#pragma GCC unroll 4
    for (int l = 0; l < L; l++) sum[l] += d * past[l];
#pragma GCC unroll 4
    for (int l = 0; l + 1 < L; l++) past[l] = past[l + 1];
  }
#pragma GCC unroll 4
  for (int l = 0; l + 1 < L; l++) NAME(store)(ds + (count + l) * LANES, NAME(load_left)(whole, later + l * block, left));
  for (int t = 0; t < count; t++) {
    vec d = (vec){0};
#pragma GCC unroll 4
    for (int l = 0; l < L; l++) d += weight[l] * NAME(load)(ds + (t + L - 1 - l) * LANES);
    NAME(store_left)(whole, dx + (long)t * c->E, left, d);
  }
#pragma GCC unroll 4
  for (int l = 0; l + 1 < L; l++) NAME(store_left)(whole, later + l * block, left, NAME(load)(ds + l * LANES));
#pragma GCC unroll 4
  for (int l = 0; l < L; l++) NAME(store_left)(whole, dw + l * block, left, NAME(load_left)(whole, dw + l * block, left) + sum[l]);
  NAME(store_left)(whole, dw + L * block, left, NAME(load_left)(whole, dw + L * block, left) + sum_bias);
}

INLINE void NAME(convolution_back_of)(const int L, const convolution_backward_job* b, int task, float* scratch) {
  enum { block = convolution_block, tokens = convolution_tokens };
  const convolution_job* c = &b->of;
  const convolution_span of = convolution_span_of(c, task);
  const int T = c->T;
  const long E = c->E, width = c->widths[of.part];
  float* w = scratch;                        // [L, block] and the biases
  float* dw = w + (L + 1) * block;           // the same of their gradients
  float* later = dw + (L + 1) * block;       // ds of the first tokens of the block behind: [L-1, block]
  float* ds = later + (L - 1) * block;       // [tokens + L-1, LANES]
  const float* bias = NAME(convolution_weights)(c, of.channel, of.count, w);
  const float *x = c->x + of.row * T * E + of.channel, *before = c->before + of.row * (L - 1) * E + of.channel;
  const float* dy = b->dy[of.part] + of.row * T * width + of.first;
  float* dx = b->dx + of.row * T * E + of.channel;
  for (int i = 0; i < (L + 1) * block; i++) dw[i] = 0;
  for (int i = 0; i < (L - 1) * block; i++) later[i] = 0;
  for (int from = (T - 1) / tokens * tokens; from >= 0; from -= tokens) {
    const int count = T - from < tokens ? T - from : tokens;
    const float* rows = from ? x + (from - L + 1) * E : before;  // those before the block: tokens > L-1
    int e = 0;
    for (; e + LANES <= of.count; e += LANES)
      NAME(convolution_back)(L, 1, 0, b, x + from * E + e, rows + e, count, w + e, bias + e, dy + from * width + e, width, dx + from * E + e,
                             later + e, dw + e, ds);
    if (e < of.count)
      NAME(convolution_back)(L, 0, of.count - e, b, x + from * E + e, rows + e, count, w + e, bias + e, dy + from * width + e, width,
                             dx + from * E + e, later + e, dw + e, ds);
  }
  for (int i = 0; i < of.count; i++) {
    for (int l = 0; l < L; l++) b->dweight[(of.row * E + of.channel + i) * L + l] = dw[l * block + i];
    b->dbias[of.row * E + of.channel + i] = dw[L * block + i];
    for (int t = 0; t + 1 < L; t++) {  // what the first tokens read of the rows before them
      float sum = 0;
      for (int l = 0; l <= t; l++) sum += w[l * block + i] * later[(t - l) * block + i];
      b->dbefore[(of.row * (L - 1) + t) * E + of.channel + i] = sum;
    }
  }
}

static TARGET void NAME(convolution_backward_task)(const void* job, int task, float* scratch) {
  const convolution_backward_job* b = job;
  if (b->of.L == 4) NAME(convolution_back_of)(4, b, task, scratch);
  else if (b->of.L == 3) NAME(convolution_back_of)(3, b, task, scratch);
  else NAME(convolution_back_of)(2, b, task, scratch);
}
