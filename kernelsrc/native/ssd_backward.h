// The gradient of SSD, of one batch row and one part of a group's heads, chunk by chunk from the end. The gradient of the
// transposed state, dh [N, P], is carried backwards. With the names of ssd.h, keep[i, j] = exp(sum[i] - sum[j]) for j <= i,
// and to_end = exp(total - sum):
//
//   v[i, j] = keep[i, j] (dy[i]·x[j]) dt[j]                 the gradient of c[i]·b[j]
//   dc      = v b + exp(sum) h dyᵀ                          summed over the heads, as is db
//   db      = vᵀ c + to_end dt dh xᵀ
//   dx      = dt q,  ddt = x·q                              q = (keep c bᵀ)ᵀ dy + to_end b dh
//   dh      = exp(total) dh + (exp(sum) c)ᵀ dy              the gradient of the state before the chunk
//
// The gradient of log_a[t] is the sum of those of all decays that it is part of: v[i, j] (c[i]·b[j]) for j < t <= i, what each
// i >= t reads of h, what is left at the end of each j < t, and what is left of h. All have their own sum, without a
// difference of large numbers.

static TARGET void NAME(ssd_backward_task)(const void* job, int task, float* scratch) {
  enum { C = ssd_chunk, rows = NAME(ssd_rows), heads = ssd_backward_heads };
  const ssd_backward_job* s = job;
  const int T = s->T, H = s->H, P = s->P, G = s->G, N = s->N;
  const int parts = ssd_backward_parts(s), part = task % parts, group = task / parts % G;
  const long row = task / parts / G;
  const int first = group * (H / G) + part * heads;
  const int left = (group + 1) * (H / G) - first, own = left < heads ? left : heads;
  const long next = (long)H * P, next_b = (long)G * N;  // strides of a token in x and dy, and in b and c

  float* dstates = scratch;                     // dh: [heads, N, P]
  float* pairs = dstates + heads * N * P;       // c·b: [C, C]
  float* keep = pairs + C * C;                  // [C, C]
  float* v = keep + C * C;                      // [C, C]
  float* v_sum = v + C * C;                     // of the heads: [C, C]
  float* weights = v_sum + C * C;               // keep c·b: [C, C]
  float* b_t = weights + C * C;                 // b of the chunk: [N, C]
  float* c_t = b_t + N * C;                     // c of the chunk: [N, C]
  float* db_t = c_t + N * C;                    // the second part of db: [N, C]
  float* dc_t = db_t + N * C;                   // and of dc: [N, C]
  float* read_t = dc_t + N * C;                 // that of one head: [N, C]
  float* scaled = read_t + N * C;               // b or c of the chunk, scaled: [C, N]
  float* x_t = scaled + C * N;                  // x of the chunk: [P, C]
  float* dy_t = x_t + P * C;                    // dy of the chunk, scaled: [P, C]
  float* q = dy_t + P * C;                      // [C, P]
  float *sum = q + C * P, *dt = sum + C, *from_start = dt + C, *to_end = from_start + C, *read = to_end + C, *written = read + C,
        *across = written + C, *running = across + C;

  for (int h = 0; h < own; h++)
    NAME(transpose)(P, N, s->dlast + (row * H + first + h) * P * N, N, dstates + h * N * P, P, P);

  const int chunks = ssd_chunks(T);
  for (int z = chunks - 1; z >= 0; z--) {
    const int from = z * C, count = T - from < C ? T - from : C;
    const long at = row * T + from;
    const float *b = s->b + (at * G + group) * N, *c = s->c + (at * G + group) * N;
    float* db = s->db + (((long)part * s->B * T + at) * G + group) * N;
    float* dc = s->dc + (((long)part * s->B * T + at) * G + group) * N;
    NAME(transpose)(count, N, b, next_b, b_t, C, C);
    NAME(transpose)(count, N, c, next_b, c_t, C, C);
    NAME(ssd_pairs)(count, N, c, next_b, b_t, pairs);
    for (int i = 0; i < C * C; i++) v_sum[i] = 0;
    for (int i = 0; i < 2 * N * C; i++) db_t[i] = 0;  // and dc_t

    for (int h = 0; h < own; h++) {
      const long head = first + h;
      const float *x = s->x + (at * H + head) * P, *dy = s->dy + (at * H + head) * P;
      const float* state = s->states + ((row * H + head) * chunks + z) * N * P;
      float* dstate = dstates + h * N * P;
      const float total = NAME(ssd_decays)(count, s->log_a + at * H + head, s->dt + at * H + head, H, sum, dt);
      for (int t = 0; t < C; t += LANES) {
        NAME(store)(from_start + t, NAME(exp)(NAME(load)(sum + t)));
        NAME(store)(to_end + t, NAME(exp)(total - NAME(load)(sum + t)));
      }
      const float all = from_start[C - 1];

      // v, of whole vectors of columns; what is right of the diagonal is zero.
      NAME(transpose)(count, P, x, next, x_t, C, C);
      for (int i = 0; i < count; i += rows) {
        const int to = i + rows < count ? i + rows : count, width = (to + LANES - 1) / LANES * LANES;
        NAME(product)(to - i, width, P, dy + i * next, next, 1, x_t, C, v + i * C, C, 0);
        for (int k = i; k < to; k++) {
          float* kept = keep + k * C;
          for (int j = 0; j < width; j += LANES) {
            vec since = sum[k] - NAME(load)(sum + j);
            NAME(store)(kept + j, NAME(exp)(NAME(choose)(since < 0, since, (vec){0})));
          }
          for (int j = k + 1; j < width; j++) kept[j] = 0;
          for (int j = 0; j < width; j += LANES) {
            const long e = k * C + j;
            const vec now = NAME(load)(v + e) * NAME(load)(kept + j) * NAME(load)(dt + j);
            NAME(store)(v + e, now);
            NAME(store)(v_sum + e, NAME(load)(v_sum + e) + now);
            NAME(store)(weights + e, NAME(load)(kept + j) * NAME(load)(pairs + e));
          }
        }
      }

      // What the outputs read of the state before the chunk, and the gradient of c for it.
      NAME(transpose)(count, P, dy, next, dy_t, C, C);
      for (int p = 0; p < P; p++)
        for (int t = 0; t < C; t += LANES) NAME(store)(dy_t + p * C + t, NAME(load)(dy_t + p * C + t) * NAME(load)(from_start + t));
      NAME(product)(N, C, P, state, P, 1, dy_t, C, read_t, C, 0);
      for (int t = 0; t < C; t += LANES) {
        vec total_read = (vec){0};
        for (int n = 0; n < N; n++) {
          const vec one = NAME(load)(read_t + n * C + t);
          total_read += one * NAME(load)(c_t + n * C + t);
          NAME(store)(dc_t + n * C + t, NAME(load)(dc_t + n * C + t) + one);
        }
        NAME(store)(read + t, total_read);
      }

      // q, dx and ddt, and what is left of each token at the end of the chunk.
      for (int t = 0; t < count; t++)
        for (int n = 0; n < N; n++) scaled[t * N + n] = to_end[t] * b[t * next_b + n];
      NAME(product)(count, P, N, scaled, N, 1, dstate, P, q, P, 0);
      for (int t = 0; t < C; t++) {
        written[t] = 0;
        if (t < count) written[t] = dt[t] * NAME(dot)(P, x + t * next, q + t * P);
      }
      for (int j = 0; j < count; j += rows) {
        const int to = j + rows < count ? j + rows : count;
        NAME(product)(to - j, P, count - j, weights + j * C + j, 1, C, dy + j * next, next, q + j * P, P, 1);
      }
      for (int t = 0; t < count; t++) {
        float* dx = s->dx + ((at + t) * H + head) * P;
        for (int p = 0; p < P; p++) dx[p] = dt[t] * q[t * P + p];
        s->ddt[(at + t) * H + head] = NAME(dot)(P, x + t * next, q + t * P);
      }
      for (int p = 0; p < P; p++)
        for (int t = 0; t < C; t += LANES)
          NAME(store)(x_t + p * C + t, NAME(load)(x_t + p * C + t) * NAME(load)(to_end + t) * NAME(load)(dt + t));
      NAME(product)(N, C, P, dstate, P, 1, x_t, C, db_t, C, 1);

      // The state before the chunk.
      const float kept_state = all * NAME(dot)(N * P, state, dstate);
      for (int i = 0; i < N * P; i++) dstate[i] *= all;
      for (int t = 0; t < count; t++)
        for (int n = 0; n < N; n++) scaled[t * N + n] = from_start[t] * c[t * next_b + n];
      NAME(product)(N, P, count, scaled, 1, N, dy, next, dstate, P, 1);

      // across[t] is the sum of v[i, j] c[i]·b[j] over j < t <= i: running has the sums over i >= t for each j.
      for (int t = 0; t < C; t++) running[t] = 0;
      for (int t = count - 1; t >= 0; t--) {
        vec before = (vec){0};
        for (int j = 0; j <= t; j += LANES) {
          const vec now = NAME(load)(running + j) + NAME(load)(v + t * C + j) * NAME(load)(pairs + t * C + j);
          NAME(store)(running + j, now);
          if (j + LANES <= t) before += now;
        }
        across[t] = NAME(total)(before);
        for (int j = t / LANES * LANES; j < t; j++) across[t] += running[j];
      }
      float later = 0, earlier = kept_state;
      for (int t = count - 1; t >= 0; t--) across[t] += later += read[t];
      for (int t = 0; t < count; t++) {
        const float decay = s->log_a[(at + t) * H + head];
        s->dlog_a[(at + t) * H + head] = decay > min_log ? across[t] + earlier : 0;
        earlier += written[t];
      }
    }

    for (int i = 0; i < count; i += rows) {
      const int to = i + rows < count ? i + rows : count;
      NAME(product)(to - i, N, to, v_sum + i * C, C, 1, b, next_b, dc + i * next_b, next_b, 0);
      NAME(product)(to - i, N, count - i, v_sum + i * C + i, 1, C, c + i * next_b, next_b, db + i * next_b, next_b, 0);
    }
    for (int t = 0; t < count; t++)
      for (int n = 0; n < N; n++) {
        dc[t * next_b + n] += dc_t[n * C + t];
        db[t * next_b + n] += db_t[n * C + t];
      }
  }
  for (int h = 0; h < own; h++)
    NAME(transpose)(N, P, dstates + h * N * P, P, s->dstart + (row * H + first + h) * P * N, N, N);
}
