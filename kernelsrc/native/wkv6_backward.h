// The gradient of WKV6 of one batch row and head. Of each chunk, from the last to the first, the states before its steps are
// computed again from the one before it; then, step by step backwards with dh, the gradient of the state after the step:
//
//   dr = h dy + u k (v·dy)      dk = dh v + u r (v·dy)      dv = k·dh + (r·(u k)) dy
//   dlog_w = w (the sum over values of h dh)                du = sum of r k (v·dy)
//   dh = diag(w) dh + r ⊗ dy
//
// States are transposed, [P, keys], so that a vector has the keys of one value and only dv is a sum within vectors.

// One step backwards of vectors * LANES keys: dr, dk and dw without what the bonus adds; partial gets LANES parts of each dv.
INLINE void NAME(wkv6_back)(const int vectors, int P, long keys, const float* r, const float* k, const float* w, const float* v, const float* dy,
                            const float* state, float* dstate, float* dr, float* dk, float* dw, float* partial, int add) {
  vec rs[4], ks[4], ws[4], drs[4], dks[4], dws[4];
#pragma GCC unroll 4
  for (int i = 0; i < vectors; i++) {
    rs[i] = NAME(load)(r + i * LANES), ks[i] = NAME(load)(k + i * LANES), ws[i] = NAME(load)(w + i * LANES);
    drs[i] = dks[i] = dws[i] = (vec){0};
  }
  for (int p = 0; p < P; p++) {
    const float value = v[p], out = dy[p];
    vec sum = add ? NAME(load)(partial + p * LANES) : (vec){0};
#pragma GCC unroll 4
    for (int i = 0; i < vectors; i++) {
      const vec h = NAME(load)(state + p * keys + i * LANES), dh = NAME(load)(dstate + p * keys + i * LANES);
      drs[i] += out * h;
      dks[i] += value * dh;
      dws[i] += h * dh;
      sum += ks[i] * dh;
      NAME(store)(dstate + p * keys + i * LANES, ws[i] * dh + out * rs[i]);
    }
    NAME(store)(partial + p * LANES, sum);
  }
#pragma GCC unroll 4
  for (int i = 0; i < vectors; i++) {
    NAME(store)(dr + i * LANES, drs[i]);
    NAME(store)(dk + i * LANES, dks[i]);
    NAME(store)(dw + i * LANES, dws[i] * ws[i]);
  }
}

static TARGET void NAME(wkv6_backward_task)(const void* job, int task, float* scratch) {
  enum { C = wkv6_chunk };
  const wkv6_backward_job* j = job;
  const int T = j->T, H = j->H, K = j->K, P = j->P, keys = wkv6_keys(j), chunks = wkv6_chunks(T);
  const long row = task / H, head = task % H, size = (long)P * keys;
  const float* u = j->u + head * K;
  float* du = j->du + (row * H + head) * K;

  float* states = scratch;             // before each step of the chunk: [C, P, keys]
  float* dstate = states + C * size;   // dh: [P, keys]
  float* r = dstate + size;            // of the chunk, padded: [C, keys]
  float* k = r + C * keys;             // [C, keys]
  float* w = k + C * keys;             // [C, keys]
  float *dr = w + C * keys, *dk = dr + keys, *dw = dk + keys;
  float* partial = dw + 2 * keys;      // [P, LANES]
  for (long i = 0; i < (C + 1) * size + 2 * C * keys; i++) scratch[i] = 0;  // the padding of all but w stays 0
  for (int n = 0; n < K; n++) du[n] = 0;
  NAME(transpose)(K, P, j->dlast + (row * H + head) * K * P, P, dstate, keys, K);

  for (int z = chunks - 1; z >= 0; z--) {
    const int from = z * C, count = T - from < C ? T - from : C;
    NAME(transpose)(K, P, j->states + ((row * H + head) * chunks + z) * K * P, P, states, keys, K);
    for (int t = 0; t < count; t++) {
      const long at = (row * T + from + t) * H + head;
      for (int n = 0; n < K; n++) r[t * keys + n] = j->r[at * K + n], k[t * keys + n] = j->k[at * K + n];
      for (int n = 0; n < keys; n++) w[t * keys + n] = n < K ? j->log_w[at * K + n] : 0;
      for (int n = 0; n < keys; n += LANES) NAME(store)(w + t * keys + n, NAME(exp)(NAME(load)(w + t * keys + n)));
      if (t + 1 == count) break;
      const float *before = states + t * size, *v = j->v + at * P;
      float* after = states + (t + 1) * size;
      for (int p = 0; p < P; p++)
        for (int n = 0; n < keys; n += LANES)
          NAME(store)(after + p * keys + n,
                      NAME(load)(w + t * keys + n) * NAME(load)(before + p * keys + n) + v[p] * NAME(load)(k + t * keys + n));
    }
    for (int t = count - 1; t >= 0; t--) {
      const long at = (row * T + from + t) * H + head;
      const float *v = j->v + at * P, *dy = j->dy + at * P, *rs = r + t * keys, *ks = k + t * keys, *ws = w + t * keys;
      const float* state = states + t * size;
      int n = 0;
      for (; n + 4 * LANES <= keys; n += 4 * LANES)
        NAME(wkv6_back)(4, P, keys, rs + n, ks + n, ws + n, v, dy, state + n, dstate + n, dr + n, dk + n, dw + n, partial, n > 0);
      for (; n + 2 * LANES <= keys; n += 2 * LANES)
        NAME(wkv6_back)(2, P, keys, rs + n, ks + n, ws + n, v, dy, state + n, dstate + n, dr + n, dk + n, dw + n, partial, n > 0);
      for (; n < keys; n += LANES)
        NAME(wkv6_back)(1, P, keys, rs + n, ks + n, ws + n, v, dy, state + n, dstate + n, dr + n, dk + n, dw + n, partial, n > 0);
      float bonus = 0;
      for (int i = 0; i < K; i++) bonus += rs[i] * u[i] * ks[i];
      const float through = NAME(dot)(P, v, dy);
      for (int i = 0; i < K; i++) {
        j->dr[at * K + i] = dr[i] + u[i] * ks[i] * through;
        j->dk[at * K + i] = dk[i] + u[i] * rs[i] * through;
        j->dlog_w[at * K + i] = dw[i];
        du[i] += rs[i] * ks[i] * through;
      }
      for (int p = 0; p < P; p++) j->dv[at * P + p] = bonus * dy[p] + NAME(total)(NAME(load)(partial + p * LANES));
    }
  }
  NAME(transpose)(P, K, dstate, keys, j->dstart + (row * H + head) * K * P, P, P);
}
