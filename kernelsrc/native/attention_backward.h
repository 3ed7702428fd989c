// The gradient of attention, of one batch row and head (Dao 2023, "FlashAttention-2", algorithm 2): block by block the
// weights are computed again, from the scores and the logarithms of the sums, and
//
//   dv[s] = sum of weights[s, i] dy[i]
//   ds    = weights (dy[i]·v[s] - dy[i]·y[i])      the gradient of the scores
//   dk[s] = sum of ds[s, i] q[i],  dq[i] = sum of ds[s, i] k[s]

static TARGET void NAME(attention_backward_task)(const void* job, int task, float* scratch) {
  enum { BQ = attention_queries, BK = attention_keys };  // of a block
  const attention_backward_job* b = job;
  const attention_job* a = &b->of;
  const int T = a->T, H = a->H, G = a->G, S = a->S, P = a->P;
  const long head = task % H, row = task / H, group = head / (H / G), next = (long)H * P;
  const int* positions = a->positions + (a->own_positions ? row * S : 0);
  const float *k = a->k + (row * G + group) * S * P, *v = a->v + (row * G + group) * S * P;
  float *dk = b->dk + (row * H + head) * S * P, *dv = b->dv + (row * H + head) * S * P;

  float* q_t = scratch;             // the queries: [P, BQ]
  float* dy_t = q_t + P * BQ;       // [P, BQ]
  float* weights = dy_t + P * BQ;   // [BK, BQ]
  float* ds = weights + BK * BQ;    // [BK, BQ]
  float *log_sums = ds + BK * BQ, *dots = log_sums + BQ;  // dots: dy·y
  int* queries = (int*)(dots + BQ);  // their positions; padding has -1 and sees no key
  for (long i = 0; i < (long)S * P; i++) dk[i] = dv[i] = 0;

  for (int from = 0; from < T; from += BQ) {
    const int rows = T - from < BQ ? T - from : BQ, count = (rows + LANES - 1) / LANES * LANES;
    const long at = (row * T + from) * next + head * P;  // of the block in q, y and their gradients
    const float *q = a->q + at, *dy = b->dy + at;
    float* dq = b->dq + at;
    NAME(transpose)(rows, P, q, next, q_t, BQ, BQ);
    NAME(transpose)(rows, P, dy, next, dy_t, BQ, BQ);
    int first = INT32_MAX, last = -1;
    for (int i = 0; i < BQ; i++) {
      queries[i] = i < rows ? a->queries[a->own_queries ? row * T + from + i : from + i] : -1;
      log_sums[i] = i < rows ? a->log_sums[(row * H + head) * T + from + i] : 0;
      dots[i] = 0;
      if (i >= rows) continue;
      if (queries[i] < first) first = queries[i];
      if (queries[i] > last) last = queries[i];
      dots[i] = NAME(dot)(P, dy + i * next, a->y + at + i * next);
      for (int d = 0; d < P; d++) dq[i * next + d] = 0;
    }
    for (int s = 0; s < S; s += BK) {
      const int keys = S - s < BK ? S - s : BK;
      const int seen = NAME(seen)(positions + s, keys, first, last, a->window);
      if (!seen) continue;
      NAME(product)(keys, count, P, k + (long)s * P, P, 1, q_t, BQ, weights, BQ, 0);
      if (seen > 1) NAME(mask)(positions + s, keys, queries, count, a->window, weights);
      NAME(product)(keys, count, P, v + (long)s * P, P, 1, dy_t, BQ, ds, BQ, 0);
      for (int j = 0; j < keys; j++)
        for (int i = 0; i < count; i += LANES) {
          const long e = j * BQ + i;
          const vec score = NAME(load)(weights + e) - NAME(load)(log_sums + i);
          const vec weight = NAME(exp)(NAME(choose)(score < 0, score, (vec){0}));
          NAME(store)(weights + e, weight);
          NAME(store)(ds + e, weight * (NAME(load)(ds + e) - NAME(load)(dots + i)));
        }
      NAME(product)(keys, P, rows, weights, BQ, 1, dy, next, dv + (long)s * P, P, 1);
      NAME(product)(keys, P, rows, ds, BQ, 1, q, next, dk + (long)s * P, P, 1);
      NAME(product)(rows, P, keys, ds, 1, BQ, k + (long)s * P, P, dq, next, 1);
    }
  }
}
