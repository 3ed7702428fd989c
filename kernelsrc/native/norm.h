// RMSNorm and LayerNorm of rows, group by group of D channels, vector by vector:
//
//   v = x or x silu(z),  v = v - mean(v) where it is centred,  r = 1 / sqrt(mean(v v) + eps),  n = r v,  y = n weight + bias
//
// and its gradient, for which n is computed again:
//
//   dn = dy weight,  dv = r (dn - n mean(dn n)), less r mean(dn) where it is centred,  dweight = sum of dy n,  dbias = sum of dy
//   dx = dv or dv silu(z),  dz = dv x silu'(z)

// normed writes n of one group of a row to out [D] and returns r.
INLINE float NAME(normed)(const norm_job* j, const float* x, const float* z, float* out) {
  const int D = j->D;
  vec sum = (vec){0}, squares = (vec){0};
  for (int i = 0; i < D; i += LANES) {
    const int left = D - i < LANES ? D - i : LANES;
    vec v = NAME(load_first)(x + i, left);
    if (z) {
      const vec gate = NAME(load_first)(z + i, left);
      v *= gate * NAME(sigmoid)(gate);
    }
    sum += v;
    squares += v * v;
    NAME(store_first)(out + i, left, v);
  }
  if (j->centre) {
    const float mean = NAME(total)(sum) / D;
    squares = (vec){0};
    for (int i = 0; i < D; i += LANES) {
      const int left = D - i < LANES ? D - i : LANES;
      NAME(store_first)(out + i, left, NAME(load_first)(out + i, left) - mean);
      const vec v = NAME(load_first)(out + i, left);  // 0 behind the last channel
      squares += v * v;
    }
  }
  const float r = 1 / sqrtf(NAME(total)(squares) / D + j->eps);
  for (int i = 0; i < D; i += LANES) {
    const int left = D - i < LANES ? D - i : LANES;
    NAME(store_first)(out + i, left, r * NAME(load_first)(out + i, left));
  }
  return r;
}

static TARGET void NAME(norm_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const norm_job* j = job;
  const int D = j->D;
  const long end = norm_end(j, task);
  for (long row = (long)task * norm_rows; row < end; row++)
    for (int g = 0; g < j->G; g++) {
      const long at = (row * j->G + g) * D;
      const float *weight = j->weight + (long)g * D, *bias = j->bias ? j->bias + (long)g * D : NULL;
      float* y = j->y + at;
      NAME(normed)(j, j->x + at, j->z ? j->z + at : NULL, y);
      for (int i = 0; i < D; i += LANES) {
        const int left = D - i < LANES ? D - i : LANES;
        vec v = NAME(load_first)(y + i, left) * NAME(load_first)(weight + i, left);
        if (bias) v += NAME(load_first)(bias + i, left);
        NAME(store_first)(y + i, left, v);
      }
    }
}

static TARGET void NAME(norm_backward_task)(const void* job, int task, float* scratch) {
  const norm_backward_job* b = job;
  const norm_job* j = &b->of;
  const int D = j->D;
  const long E = (long)j->G * D, end = norm_end(j, task);
  float *n = scratch, *dweight = b->dweight + task * E, *dbias = b->dbias ? b->dbias + task * E : NULL;
  for (long i = 0; i < E; i++) dweight[i] = 0;
  for (long i = 0; dbias && i < E; i++) dbias[i] = 0;
  for (long row = (long)task * norm_rows; row < end; row++)
    for (int g = 0; g < j->G; g++) {
      const long at = row * E + (long)g * D, channel = (long)g * D;
      const float *x = j->x + at, *z = j->z ? j->z + at : NULL, *dy = b->dy + at, *weight = j->weight + channel;
      const float r = NAME(normed)(j, x, z, n);
      vec sum = (vec){0}, along = (vec){0};
      for (int i = 0; i < D; i += LANES) {
        const int left = D - i < LANES ? D - i : LANES;
        const vec v = NAME(load_first)(n + i, left), d = NAME(load_first)(dy + i, left), dn = d * NAME(load_first)(weight + i, left);
        sum += dn;
        along += dn * v;
        NAME(store_first)(dweight + channel + i, left, NAME(load_first)(dweight + channel + i, left) + d * v);
        if (dbias) NAME(store_first)(dbias + channel + i, left, NAME(load_first)(dbias + channel + i, left) + d);
      }
      const float mean = j->centre ? NAME(total)(sum) / D : 0, slope = NAME(total)(along) / D;
      for (int i = 0; i < D; i += LANES) {
        const int left = D - i < LANES ? D - i : LANES;
        const vec dn = NAME(load_first)(dy + i, left) * NAME(load_first)(weight + i, left);
        vec dv = r * (dn - mean - slope * NAME(load_first)(n + i, left));
        if (z) {
          const vec gate = NAME(load_first)(z + i, left), s = NAME(sigmoid)(gate);
          NAME(store_first)(b->dz + at + i, left, dv * NAME(load_first)(x + i, left) * s * (1.0f + gate * (1.0f - s)));
          dv *= gate * s;
        }
        NAME(store_first)(b->dx + at + i, left, dv);
      }
    }
}
