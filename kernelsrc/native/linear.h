// Linear of one batch row and some channels, step by step, vector by vector of channels:
//
//   h = a h + b
//
// and its gradient, step by step backwards with dh, that of the state after the step:
//
//   db = dh,  da = dh h[t-1],  dh = a dh + dy[t-1]

// The channels of vectors * LANES, or of left, fewer than LANES, where vectors is 0. at is the first in the arrays [B, T, E],
// edge in those of states.
INLINE void NAME(linear_channels)(const int vectors, int left, const linear_job* j, long at, long edge) {
  const int n = vectors ? vectors : 1;
  vec h[4];
#pragma GCC unroll 4
  for (int i = 0; i < n; i++) h[i] = NAME(load_left)(vectors, j->start + edge + i * LANES, left);
  for (int t = 0; t < j->T; t++, at += j->E)
#pragma GCC unroll 4
    for (int i = 0; i < n; i++) {
      const long e = at + i * LANES;
      h[i] = NAME(load_left)(vectors, j->a + e, left) * h[i] + NAME(load_left)(vectors, j->b + e, left);
      NAME(store_left)(vectors, j->h + e, left, h[i]);
    }
#pragma GCC unroll 4
  for (int i = 0; i < n; i++) NAME(store_left)(vectors, j->last + edge + i * LANES, left, h[i]);
}

static TARGET void NAME(linear_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const linear_job* j = job;
  const int blocks = linear_blocks(j->E), from = task % blocks * linear_block;
  const int count = j->E - from < linear_block ? j->E - from : linear_block;
  const long row = task / blocks, at = row * j->T * j->E + from, edge = row * j->E + from;
  int e = 0;
  for (; e + 4 * LANES <= count; e += 4 * LANES) NAME(linear_channels)(4, 0, j, at + e, edge + e);
  for (; e + LANES <= count; e += LANES) NAME(linear_channels)(1, 0, j, at + e, edge + e);
  if (e < count) NAME(linear_channels)(0, count - e, j, at + e, edge + e);
}

INLINE void NAME(linear_back)(const int vectors, int left, const linear_backward_job* j, long at, long edge) {
  const int n = vectors ? vectors : 1;
  vec dh[4];
#pragma GCC unroll 4
  for (int i = 0; i < n; i++) dh[i] = NAME(load_left)(vectors, j->dlast + edge + i * LANES, left);
  at += (long)(j->T - 1) * j->E;
  for (int t = j->T - 1; t >= 0; t--, at -= j->E) {
    const float* before = t ? j->h + at - j->E : j->start + edge;
#pragma GCC unroll 4
    for (int i = 0; i < n; i++) {
      const long e = at + i * LANES;
      dh[i] += NAME(load_left)(vectors, j->dy + e, left);
      NAME(store_left)(vectors, j->db + e, left, dh[i]);
      NAME(store_left)(vectors, j->da + e, left, dh[i] * NAME(load_left)(vectors, before + i * LANES, left));
      dh[i] *= NAME(load_left)(vectors, j->a + e, left);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < n; i++) NAME(store_left)(vectors, j->dstart + edge + i * LANES, left, dh[i]);
}

static TARGET void NAME(linear_backward_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const linear_backward_job* j = job;
  const int blocks = linear_blocks(j->E), from = task % blocks * linear_block;
  const int count = j->E - from < linear_block ? j->E - from : linear_block;
  const long row = task / blocks, at = row * j->T * j->E + from, edge = row * j->E + from;
  int e = 0;
  for (; e + 4 * LANES <= count; e += 4 * LANES) NAME(linear_back)(4, 0, j, at + e, edge + e);
  for (; e + LANES <= count; e += LANES) NAME(linear_back)(1, 0, j, at + e, edge + e);
  if (e < count) NAME(linear_back)(0, count - e, j, at + e, edge + e);
}
