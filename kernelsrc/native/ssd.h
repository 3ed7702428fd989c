// SSD of one batch row and some heads of one group, chunk by chunk. The transpose of the state h of each head, [N, P],
// stays in the processor's cache; x, b, c and y are read and written in place. With sum[i] the sum of log_a up to and
// including token i of a chunk, and total that of the whole chunk:
//
//   weights[i, j] = exp(sum[i] - sum[j]) dt[j] c[i]·b[j]     for j <= i
//   y             = (exp(sum) c) h + weights x
//   h             = exp(total) h + (exp(total - sum) dt b)ᵀ x

enum { NAME(ssd_rows) = 8 };  // of the triangle of a chunk that are computed at a time

// ssd_pairs are the products c[i]·b[j] of a chunk for j <= i, and some more, [C, C]; b_t is the transpose of b.
static TARGET void NAME(ssd_pairs)(int count, int N, const float* c, long next, const float* b_t, float* pairs) {
  enum { C = ssd_chunk, rows = NAME(ssd_rows) };
  for (int i = 0; i < count; i += rows) {
    const int to = i + rows < count ? i + rows : count;
    NAME(product)(to - i, (to + LANES - 1) / LANES * LANES, N, c + i * next, next, 1, b_t, C, pairs + i * C, C, 0);
  }
}

// ssd_decays are the sums of a chunk's logarithms up to and including each token, and its steps; a token has the given
// stride. It returns the sum of all. Padding keeps the state.
static float NAME(ssd_decays)(int count, const float* log_a, const float* dts, long stride, float* sum, float* dt) {
  float total = 0;
  for (int t = 0; t < ssd_chunk; t++) {
    const float decay = t < count ? log_a[t * stride] : 0;
    total += decay < min_log ? min_log : decay;
    sum[t] = total;
    dt[t] = t < count ? dts[t * stride] : 0;
  }
  return total;
}

static TARGET void NAME(ssd_task)(const void* job, int task, float* scratch) {
  enum { C = ssd_chunk, rows = NAME(ssd_rows) };
  const ssd_job* s = job;
  const int T = s->T, H = s->H, P = s->P, G = s->G, N = s->N;
  const int part = task % ssd_parts(s), group = task / ssd_parts(s) % G;
  const long row = task / ssd_parts(s) / G;
  const int first = group * (H / G) + part * s->heads;
  const int left = (group + 1) * (H / G) - first, heads = left < s->heads ? left : s->heads;
  const long next = (long)H * P, next_b = (long)G * N;  // strides of a token in x and y, and in b and c

  float* states = scratch;                    // [heads, N, P]
  float* pairs = states + s->heads * N * P;   // c·b: [C, C]
  float* weights = pairs + C * C;             // [C, C]
  float* transposed = weights + C * C;        // b of the chunk: [N, C]
  float* scaled = transposed + N * C;         // c or b of the chunk, scaled: [C, N]
  float *sum = scaled + C * N, *dt = sum + C, *from_start = dt + C, *to_end = from_start + C;

  for (int h = 0; h < heads; h++)
    for (int p = 0; p < P; p++)
      for (int n = 0; n < N; n++) states[(h * N + n) * P + p] = s->start[((row * H + first + h) * P + p) * N + n];

  for (int from = 0; from < T; from += C) {
    const int count = T - from < C ? T - from : C;
    const long at = row * T + from;
    const float *b = s->b + (at * G + group) * N, *c = s->c + (at * G + group) * N;
    NAME(transpose)(count, N, b, next_b, transposed, C, C);
    NAME(ssd_pairs)(count, N, c, next_b, transposed, pairs);
    for (int h = 0; h < heads; h++) {
      const long head = first + h;
      const float total = NAME(ssd_decays)(count, s->log_a + at * H + head, s->dt + at * H + head, H, sum, dt);
      for (int t = 0; t < C; t += LANES) {
        NAME(store)(from_start + t, NAME(exp)(NAME(load)(sum + t)));
        NAME(store)(to_end + t, NAME(exp)(total - NAME(load)(sum + t)) * NAME(load)(dt + t));
      }
      for (int i = 0; i < count; i++) {
        for (int j = 0; j <= i; j += LANES) {
          vec since = sum[i] - NAME(load)(sum + j);
          since = NAME(choose)(since < 0, since, (vec){0});  // weights with j > i are set to 0 below
          NAME(store)(weights + i * C + j, NAME(exp)(since) * NAME(load)(dt + j) * NAME(load)(pairs + i * C + j));
        }
        for (int j = i + 1; j < (i / rows + 1) * rows; j++) weights[i * C + j] = 0;
      }

      const float* x = s->x + (at * H + head) * P;
      float *y = s->y + (at * H + head) * P, *state = states + h * N * P;
      if (s->states) memcpy(s->states + ((row * H + head) * ssd_chunks(T) + from / C) * N * P, state, sizeof(float) * N * P);
      for (int t = 0; t < count; t++)
        for (int n = 0; n < N; n++) scaled[t * N + n] = from_start[t] * c[t * next_b + n];
      NAME(product)(count, P, N, scaled, N, 1, state, P, y, next, 0);
      for (int i = 0; i < count; i += rows) {
        const int to = i + rows < count ? i + rows : count;
        NAME(product)(to - i, P, to, weights + i * C, C, 1, x, next, y + i * next, next, 1);
      }
      for (int t = 0; t < count; t++)
        for (int n = 0; n < N; n++) scaled[t * N + n] = to_end[t] * b[t * next_b + n];
      for (int i = 0; i < N * P; i++) state[i] *= from_start[C - 1];
      NAME(product)(N, P, count, scaled, 1, N, x, next, state, P, 1);
    }
  }
  for (int h = 0; h < heads; h++)
    for (int p = 0; p < P; p++)
      for (int n = 0; n < N; n++) s->last[((row * H + first + h) * P + p) * N + n] = states[(h * N + n) * P + p];
}
