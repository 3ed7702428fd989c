// Attention of some queries of one batch row and head, keys block by block with a running softmax (FlashAttention, Dao
// et al. 2022, algorithm 1). Scores stand turned, [keys, queries], so that what goes over keys goes over whole vectors.
// A block that none of the queries sees costs nothing.

// hide takes out of the scores what a query does not see: keys behind it, before its window, or none at all.
static TARGET void NAME(hide)(const int* positions, int keys, const int* queries, int count, int window, float* scores) {
  for (int s = 0; s < keys; s++)
    for (int i = 0; i < count; i += LANES) {
      ivec back = *(const ivec*)(queries + i) - (positions[s] - 1);
      ivec seen = back >= 0;
      if (window > 0) seen &= back < window;
      if (positions[s] == 0) seen = (ivec){0};
      float* at = scores + s * attention_queries + i;
      NAME(store)(at, NAME(choose)(seen, NAME(load)(at), (vec){0} + attention_hidden));
    }
}

static TARGET void NAME(attention_task)(const void* job, int task, float* scratch) {
  enum { Q = attention_queries, K = attention_keys };
  const attention_job* a = job;
  const int T = a->T, H = a->H, G = a->G, S = a->S, D = a->D;
  const int blocks = attention_blocks(a), block = blocks - 1 - task % blocks;  // the longest first
  const long head = task / blocks % H, row = task / blocks / H, group = head / (H / G);
  const int from = block * Q, real = T - from < Q ? T - from : Q, count = (real + LANES - 1) / LANES * LANES;
  const int* positions = a->positions + (a->own_positions ? row * S : 0);
  const float *k = a->k + (row * G + group) * S * D, *v = a->v + (row * G + group) * S * D;

  float* turned = scratch;            // the queries, turned: [D, Q]
  float* scores = turned + D * Q;     // [K, Q]
  float* values = scores + K * Q;     // weighed and summed: [Q, D]
  float *most = values + Q * D, *weight = most + Q, *shrink = weight + Q;
  int* queries = (int*)(shrink + Q);  // their positions; those that fill up see nothing
  int first = INT32_MAX, last = -1;
  for (int i = 0; i < Q; i++) {
    const long at = row * T + from + i;
    for (int d = 0; d < D; d++) turned[d * Q + i] = i < real ? a->q[(at * H + head) * D + d] : 0;
    queries[i] = i < real ? a->queries[a->own_queries ? at : from + i] : -1;
    if (i < real && queries[i] < first) first = queries[i];
    if (i < real && queries[i] > last) last = queries[i];
    most[i] = attention_hidden;
    weight[i] = 0;
  }
  for (int i = 0; i < Q * D; i++) values[i] = 0;

  for (int s = 0; s < S; s += K) {
    const int keys = S - s < K ? S - s : K;
    int nearest = 0, farthest = INT32_MAX, all = 1;  // positions of the block's keys
    for (int i = s; i < s + keys; i++) {
      if (positions[i] == 0) { all = 0; continue; }
      if (positions[i] - 1 > nearest) nearest = positions[i] - 1;
      if (positions[i] - 1 < farthest) farthest = positions[i] - 1;
    }
    if (farthest > last || (a->window > 0 && nearest <= first - a->window)) continue;
    NAME(product)(keys, count, D, k + (long)s * D, D, 1, turned, Q, scores, Q, 0);
    if (!all || nearest > first || (a->window > 0 && farthest <= last - a->window))
      NAME(hide)(positions + s, keys, queries, count, a->window, scores);

    int moved = 0;
    for (int i = 0; i < count; i += LANES) {
      const vec before = NAME(load)(most + i);
      vec now = before, sum = (vec){0};
      for (int j = 0; j < keys; j++) {
        const vec score = NAME(load)(scores + j * Q + i);
        now = NAME(choose)(score > now, score, now);
      }
      for (int j = 0; j < keys; j++) {
        const vec e = NAME(exp)(NAME(load)(scores + j * Q + i) - now);
        sum += e;
        NAME(store)(scores + j * Q + i, e);
      }
      const vec less = NAME(exp)(before - now);
      NAME(store)(most + i, now);
      NAME(store)(weight + i, NAME(load)(weight + i) * less + sum);
      NAME(store)(shrink + i, less);
      for (int j = i; j < i + LANES; j++) moved |= shrink[j] != 1;
    }
    if (moved)
      for (int i = 0; i < real; i++)
        for (int d = 0; d < D; d++) values[i * D + d] *= shrink[i];
    NAME(product)(real, D, keys, scores, 1, Q, v + (long)s * D, D, values, D, 1);
  }
  for (int i = 0; i < real; i++) {
    const float scale = most[i] > attention_hidden ? 1 / weight[i] : 0;
    float* y = a->y + ((row * T + from + i) * H + head) * D;
    for (int d = 0; d < D; d++) y[d] = values[i * D + d] * scale;
  }
}
