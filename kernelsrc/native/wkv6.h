// WKV6 of one batch row and head, step by step, some columns of the state h [K, P] at a time, so that they stay in the
// first-level cache:
//
//   y = r·h + (r·(u k)) v        h = diag(w) h + k ⊗ v

// One step of vectors * LANES columns of the state; bonus is r·(u k).
INLINE void NAME(wkv6_step)(const int vectors, int K, const float* r, const float* k, const float* w, float bonus, const float* v,
                            float* y, float* state, long columns) {
  vec value[4], sum[4];
#pragma GCC unroll 4
  for (int i = 0; i < vectors; i++) value[i] = NAME(load)(v + i * LANES), sum[i] = bonus * value[i];
  for (int n = 0; n < K; n++) {
    const float rn = r[n], kn = k[n], wn = w[n];
    float* s = state + n * columns;
#pragma GCC unroll 4
    for (int i = 0; i < vectors; i++) {
      vec before = NAME(load)(s + i * LANES);
      sum[i] += rn * before;
      NAME(store)(s + i * LANES, wn * before + kn * value[i]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < vectors; i++) NAME(store)(y + i * LANES, sum[i]);
}

static TARGET void NAME(wkv6_task)(const void* job, int task, float* scratch) {
  const wkv6_job* j = job;
  const int T = j->T, H = j->H, K = j->K, P = j->P, columns = wkv6_columns(j);
  const long row = task / H, head = task % H;
  float* state = scratch;                // [K, columns], padded
  float* value = state + K * columns;    // v of a step, padded
  float* output = value + columns;       // y of a step
  float* keep = output + columns;        // exp(log_w) of a step
  for (int i = 0; i < (K + 2) * columns; i++) scratch[i] = 0;
  for (int n = 0; n < K; n++)
    for (int i = 0; i < P; i++) state[n * columns + i] = j->start[((row * H + head) * K + n) * P + i];

  for (int t = 0; t < T; t++) {
    if (j->states && t % wkv6_chunk == 0)
      for (int n = 0; n < K; n++)
        memcpy(j->states + (((row * H + head) * wkv6_chunks(T) + t / wkv6_chunk) * K + n) * P, state + n * columns, sizeof(float) * P);
    const long at = (row * T + t) * H + head;
    int n = 0;
    for (; n + LANES <= K; n += LANES) NAME(store)(keep + n, NAME(exp)(NAME(load)(j->log_w + at * K + n)));
    for (; n < K; n++) keep[n] = expf(j->log_w[at * K + n]);
    float bonus = 0;
    for (n = 0; n < K; n++) bonus += j->r[at * K + n] * j->u[head * K + n] * j->k[at * K + n];
    for (int i = 0; i < P; i++) value[i] = j->v[at * P + i];
    for (int from = 0; from < columns; from += 4 * LANES)
      NAME(wkv6_step)(4, K, j->r + at * K, j->k + at * K, keep, bonus, value + from, output + from, state + from, columns);
    for (int i = 0; i < P; i++) j->y[at * P + i] = output[i];
  }
  for (int n = 0; n < K; n++)
    for (int i = 0; i < P; i++) j->last[((row * H + head) * K + n) * P + i] = state[n * columns + i];
}
