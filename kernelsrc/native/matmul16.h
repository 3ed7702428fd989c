// Products of a few rows x with a matrix of 16-bit values, [out, in]; a task takes some rows of the matrix. Each value is
// widened to float32 as it is read, and used for several rows of x at once, so that it takes no longer than to read the
// matrix.

INLINE vec NAME(widen)(const uint16_t* p, const int half) {
#if LANES == 16
  if (half) return (vec)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i*)p));
  return (vec)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p)), 16);
#else
  if (half) return (vec)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p));
  return (vec)_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)p)), 16);
#endif
}

// Products of some rows of x with some rows of the matrix, outputs.
INLINE void NAME(matmul16_tile)(const int rows, const int outputs, const int half, const matmul16_job* w, const float* x, const uint16_t* m,
                               float* y) {
  vec sum[4][4];
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int o = 0; o < outputs; o++) sum[r][o] = (vec){0};
  int i = 0;
  for (; i + LANES <= w->in; i += LANES) {
    vec value[4];
#pragma GCC unroll 4
    for (int o = 0; o < outputs; o++) value[o] = NAME(widen)(m + (long)o * w->in + i, half);
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
      const vec xs = NAME(load)(x + (long)r * w->in + i);
#pragma GCC unroll 4
      for (int o = 0; o < outputs; o++) sum[r][o] += xs * value[o];
    }
  }
  for (int r = 0; r < rows; r++)
    for (int o = 0; o < outputs; o++) {
      float total = 0;
      for (int l = 0; l < LANES; l++) total += sum[r][o][l];
      for (int j = i; j < w->in; j++) {
        uint16_t last[LANES] = {m[(long)o * w->in + j]};
        total += x[(long)r * w->in + j] * NAME(widen)(last, half)[0];
      }
      y[(long)r * w->out + o] = total;
    }
}

INLINE void NAME(matmul16_rows)(const int outputs, const int half, const matmul16_job* w, const uint16_t* m, float* y) {
  int r = 0;
  for (; r + 4 <= w->rows; r += 4) NAME(matmul16_tile)(4, outputs, half, w, w->x + (long)r * w->in, m, y + (long)r * w->out);
  for (; r < w->rows; r++) NAME(matmul16_tile)(1, outputs, half, w, w->x + (long)r * w->in, m, y + (long)r * w->out);
}

INLINE void NAME(matmul16_part)(const int half, const matmul16_job* w, int task) {
  const int end = (task + 1) * matmul16_outputs < w->out ? (task + 1) * matmul16_outputs : w->out;
  int o = task * matmul16_outputs;
  for (; o + 4 <= end; o += 4) NAME(matmul16_rows)(4, half, w, w->m + (long)o * w->in, w->y + o);
  for (; o < end; o++) NAME(matmul16_rows)(1, half, w, w->m + (long)o * w->in, w->y + o);
}

static TARGET void NAME(matmul16_task)(const void* job, int task, float* scratch) {
  (void)scratch;
  const matmul16_job* w = job;
  if (w->half) NAME(matmul16_part)(1, w, task);
  else NAME(matmul16_part)(0, w, task);
}
