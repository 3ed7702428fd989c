// AdamW with the gradient clipped by its global norm, in two passes over memory: the squares of each block of the gradient, then,
// block by block of the parameters,
//
//   g = scale g,  m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g g,
//   p = p - rate (m / (1 - beta1^step) / (sqrt(v / (1 - beta2^step)) + epsilon) + decay p)

// The blocks of the gradient of one weight begin anew, so that a block is contiguous in all arrays.
static TARGET void NAME(adamw_squares_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const adamw_job* a = job;
  const adamw_span of = adamw_span_of(a, task);
  const float* g = a->gradients[of.part] + of.first;
  vec sum = (vec){0};
  for (int i = 0; i < of.count; i += LANES) {
    const vec x = NAME(load_first)(g + i, of.count - i < LANES ? of.count - i : LANES);
    sum += x * x;
  }
  a->squares[task] = NAME(total)(sum);
}

static TARGET void NAME(adamw_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const adamw_job* a = job;
  const adamw_span of = adamw_span_of(a, task);
  const long at = a->offsets[of.part] + of.first;
  const float* g = a->gradients[of.part] + of.first;
  const float beta1 = a->beta1, beta2 = a->beta2, decay = a->decays[of.part] ? a->decay : 0;
  for (int i = 0; i < of.count; i += LANES) {
    const int left = of.count - i < LANES ? of.count - i : LANES;
    const vec gradient = a->scale * NAME(load_first)(g + i, left), p = NAME(load_first)(a->p + at + i, left);
    const vec m = beta1 * NAME(load_first)(a->m + at + i, left) + (1.0f - beta1) * gradient;
    const vec v = beta2 * NAME(load_first)(a->v + at + i, left) + (1.0f - beta2) * gradient * gradient;
    const vec update = m / a->unbiased1 / (NAME(square_root)(v / a->unbiased2) + a->epsilon) + decay * p;
    NAME(store_first)(a->new_m + at + i, left, m);
    NAME(store_first)(a->new_v + at + i, left, v);
    NAME(store_first)(a->new_p + at + i, left, p - a->rate * update);
  }
}
