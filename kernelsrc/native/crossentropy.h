// The cross entropy of a row's softmax at its target, vector by vector of the V logits of a row that has one:
//
//   log_sum = log of the sum of exp(logits),  y = log_sum - logits[target]
//
// whether the target is the first of the largest logits, and the gradient:
//
//   dlogits = dy (exp(logits - log_sum) - 1 at the target)

static TARGET void NAME(cross_entropy_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const cross_entropy_job* c = job;
  const long end = cross_entropy_end(c, task);
  for (long row = (long)task * cross_entropy_rows; row < end; row++) {
    const float* logits = c->logits + row * c->V;
    const int target = c->targets[row];
    c->y[row] = c->log_sums[row] = c->right[row] = 0;
    if (target < 0 || target >= c->V) continue;
    vec high = (vec){0} + logits[0], sum = (vec){0};
    int i = 0;
    for (; i + LANES <= c->V; i += LANES) high = NAME(choose)(NAME(load)(logits + i) > high, NAME(load)(logits + i), high);
    float top = high[0], rest = 0;
    for (int k = 1; k < LANES; k++) top = high[k] > top ? high[k] : top;
    for (; i < c->V; i++) top = logits[i] > top ? logits[i] : top;
    for (i = 0; i + LANES <= c->V; i += LANES) sum += NAME(exp)(NAME(load)(logits + i) - top);
    for (; i < c->V; i++) rest += expf(logits[i] - top);
    c->log_sums[row] = top + logf(NAME(total)(sum) + rest);
    c->y[row] = c->log_sums[row] - logits[target];
    int first = 0;
    while (first < target && logits[first] < top) first++;
    c->right[row] = first == target && logits[target] >= top;
  }
}

static TARGET void NAME(cross_entropy_backward_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const cross_entropy_backward_job* b = job;
  const cross_entropy_job* c = &b->of;
  const long end = cross_entropy_end(c, task);
  for (long row = (long)task * cross_entropy_rows; row < end; row++) {
    const float *logits = c->logits + row * c->V, dy = b->dy[row];
    float* d = b->dlogits + row * c->V;
    const int target = c->targets[row], asked = target >= 0 && target < c->V && dy != 0;
    for (int i = 0; i < c->V; i += LANES) {
      const int left = c->V - i < LANES ? c->V - i : LANES;
      vec p = (vec){0};
      if (asked) {
        p = NAME(load_first)(logits + i, left) - c->log_sums[row];
        p = dy * NAME(exp)(NAME(choose)(p < 0, p, (vec){0}));
      }
      NAME(store_first)(d + i, left, p);
    }
    if (asked) d[target] -= dy;
  }
}
