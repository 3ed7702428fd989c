// Attention of one block of queries of one batch row and head. It goes through the keys block by block with a running
// softmax (FlashAttention, Dao et al. 2022, algorithm 1). Scores are stored as [keys, queries], so that operations over
// keys work on whole vectors of queries. A block of keys that none of the queries sees is skipped.

// mask sets the scores of keys that a query does not see: later ones, those before its window, and empty slots.
static TARGET void NAME(mask)(const int* positions, int keys, const int* queries, int count, int window, float* scores) {
  for (int s = 0; s < keys; s++)
    for (int i = 0; i < count; i += LANES) {
      ivec back = *(const ivec*)(queries + i) - (positions[s] - 1);
      ivec seen = back >= 0;
      if (window > 0) seen &= back < window;
      if (positions[s] == 0) seen = (ivec){0};
      float* at = scores + s * attention_queries + i;
      NAME(store)(at, NAME(choose)(seen, NAME(load)(at), (vec){0} + attention_masked));
    }
}

// seen says which of the keys are seen by queries at positions first to last: 0 none, 1 all by all, 2 some.
static int NAME(seen)(const int* positions, int keys, int first, int last, int window) {
  int nearest = 0, farthest = INT32_MAX, filled = 1;  // positions of the keys
  for (int i = 0; i < keys; i++) {
    if (positions[i] == 0) { filled = 0; continue; }
    if (positions[i] - 1 > nearest) nearest = positions[i] - 1;
    if (positions[i] - 1 < farthest) farthest = positions[i] - 1;
  }
  if (farthest > last || (window > 0 && nearest <= first - window)) return 0;
  return filled && nearest <= first && (window == 0 || farthest > last - window) ? 1 : 2;
}

static TARGET void NAME(attention_task)(const void* job, int task, float* scratch) {
  enum { BQ = attention_queries, BK = attention_keys };  // of a block
  const attention_job* a = job;
  const int T = a->T, H = a->H, G = a->G, S = a->S, P = a->P;
  const int blocks = attention_blocks(a), block = blocks - 1 - task % blocks;  // the longest first
  const long head = task / blocks % H, row = task / blocks / H, group = head / (H / G);
  const int from = block * BQ, rows = T - from < BQ ? T - from : BQ, count = (rows + LANES - 1) / LANES * LANES;
  const int* positions = a->positions + (a->own_positions ? row * S : 0);
  const float *k = a->k + (row * G + group) * S * P, *v = a->v + (row * G + group) * S * P;

  float* transposed = scratch;          // the queries: [P, BQ]
  float* scores = transposed + P * BQ;  // [BK, BQ]
  float* outputs = scores + BK * BQ;    // [BQ, P], before they are divided by the sums
  // Of each query the maximum of its scores so far, the sum of their exponentials, and the factor by which a new maximum
  // rescales both.
  float *maxima = outputs + BQ * P, *sums = maxima + BQ, *factors = sums + BQ;
  int* queries = (int*)(factors + BQ);  // their positions; padding has -1 and sees no key
  int first = INT32_MAX, last = -1;
  for (int i = 0; i < BQ; i++) {
    const long at = row * T + from + i;
    for (int d = 0; d < P; d++) transposed[d * BQ + i] = i < rows ? a->q[(at * H + head) * P + d] : 0;
    queries[i] = i < rows ? a->queries[a->own_queries ? at : from + i] : -1;
    if (i < rows && queries[i] < first) first = queries[i];
    if (i < rows && queries[i] > last) last = queries[i];
    maxima[i] = attention_masked;
    sums[i] = 0;
  }
  for (int i = 0; i < BQ * P; i++) outputs[i] = 0;

  for (int s = 0; s < S; s += BK) {
    const int keys = S - s < BK ? S - s : BK;
    const int seen = NAME(seen)(positions + s, keys, first, last, a->window);
    if (!seen) continue;
    NAME(product)(keys, count, P, k + (long)s * P, P, 1, transposed, BQ, scores, BQ, 0);
    if (seen > 1) NAME(mask)(positions + s, keys, queries, count, a->window, scores);

    int changed = 0;
    for (int i = 0; i < count; i += LANES) {
      const vec before = NAME(load)(maxima + i);
      vec now = before, sum = (vec){0};
      for (int j = 0; j < keys; j++) {
        const vec score = NAME(load)(scores + j * BQ + i);
        now = NAME(choose)(score > now, score, now);
      }
      for (int j = 0; j < keys; j++) {
        const vec e = NAME(exp)(NAME(load)(scores + j * BQ + i) - now);
        sum += e;
        NAME(store)(scores + j * BQ + i, e);
      }
      const vec factor = NAME(exp)(before - now);
      NAME(store)(maxima + i, now);
      NAME(store)(sums + i, NAME(load)(sums + i) * factor + sum);
      NAME(store)(factors + i, factor);
      for (int j = i; j < i + LANES; j++) changed |= factors[j] != 1;
    }
    if (changed)
      for (int i = 0; i < rows; i++)
        for (int d = 0; d < P; d++) outputs[i * P + d] *= factors[i];
    NAME(product)(rows, P, keys, scores, 1, BQ, v + (long)s * P, P, outputs, P, 1);
  }
  for (int i = 0; i < rows; i++) {
    const float scale = maxima[i] > attention_masked ? 1 / sums[i] : 0;
    float* y = a->y + ((row * T + from + i) * H + head) * P;
    for (int d = 0; d < P; d++) y[d] = outputs[i * P + d] * scale;
    if (a->log_sums) a->log_sums[(row * H + head) * T + from + i] = scale ? maxima[i] + logf(sums[i]) : 0;
  }
}
