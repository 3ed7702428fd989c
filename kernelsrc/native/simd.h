// Vectors of LANES floats, their exponential, and the matrix product that all kernels are made of. Included once for
// each instruction set, with LANES, TARGET and NAME set.

typedef float NAME(vec) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t NAME(ivec) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
#define vec NAME(vec)
#define ivec NAME(ivec)
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE vec NAME(load)(const float* p) { return *(const vec*)p; }
INLINE void NAME(store)(float* p, vec v) { *(vec*)p = v; }

// load_first reads the first n lanes of a vector, of which n is from 1 to LANES, and has 0 in the others; store_first
// writes them. What lies behind them is not touched.
#if LANES == 16
INLINE vec NAME(load_first)(const float* p, int n) { return (vec)_mm512_maskz_loadu_ps((__mmask16)(0xffff >> (16 - n)), p); }
INLINE void NAME(store_first)(float* p, int n, vec v) { _mm512_mask_storeu_ps(p, (__mmask16)(0xffff >> (16 - n)), (__m512)v); }
#else
INLINE __m256i NAME(first)(int n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
INLINE vec NAME(load_first)(const float* p, int n) { return (vec)_mm256_maskload_ps(p, NAME(first)(n)); }
INLINE void NAME(store_first)(float* p, int n, vec v) { _mm256_maskstore_ps(p, NAME(first)(n), (__m256)v); }
#endif

// A whole vector, or the first n lanes.
INLINE vec NAME(load_left)(const int whole, const float* p, int n) { return whole ? NAME(load)(p) : NAME(load_first)(p, n); }
INLINE void NAME(store_left)(const int whole, float* p, int n, vec v) {
  if (whole) NAME(store)(p, v);
  else NAME(store_first)(p, n, v);
}

// The sum of the lanes.
INLINE float NAME(total)(vec v) {
#if LANES == 16
  return _mm512_reduce_add_ps((__m512)v);
#else
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
#endif
}

// The sum of the n products of a and b.
INLINE float NAME(dot)(int n, const float* a, const float* b) {
  vec sum[2] = {{0}, {0}};
  int i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    sum[0] += NAME(load)(a + i) * NAME(load)(b + i);
    sum[1] += NAME(load)(a + i + LANES) * NAME(load)(b + i + LANES);
  }
  for (; i < n; i += LANES) {
    const int left = n - i < LANES ? n - i : LANES;
    sum[0] += NAME(load_first)(a + i, left) * NAME(load_first)(b + i, left);
  }
  return NAME(total)(sum[0] + sum[1]);
}

#if LANES == 16
INLINE vec NAME(square_root)(vec x) { return (vec)_mm512_sqrt_ps((__m512)x); }
#else
INLINE vec NAME(square_root)(vec x) { return (vec)_mm256_sqrt_ps((__m256)x); }
#endif

// a where the mask is set, else b.
INLINE vec NAME(choose)(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }

// exp(x) for x <= 0, to 2 units in the last place: 0 below -87.
INLINE vec NAME(exp)(vec x) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  ivec tiny = x < -87.0f;
  vec low = NAME(choose)(tiny, (vec){0} - 87.0f, x);
  vec n = low * 1.44269504f + magic;
  ivec power = (ivec)n << 23;
  n = n - magic;
  vec r = low - n * 0.693359375f + n * 2.12194440e-4f;
  vec y = (vec){0} + 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.0f;
  y = (vec)((ivec)y + power);
  return NAME(choose)(tiny, (vec){0}, y);
}

// Rows of the largest tile of a product whose sums stay in registers: there are 32 with AVX-512, 16 with AVX2.
#if LANES == 16
#define TILE_ROWS 8
#else
#define TILE_ROWS 6
#endif

// One tile of c (+)= a b: rows x (vectors * LANES), or, where vectors is 0, rows x left columns.
INLINE void NAME(tile)(const int rows, const int vectors, int left, int k, const float* a, long ars, long acs, const float* b, long brs,
                       float* c, long crs, int add) {
  vec sum[TILE_ROWS][2];
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) sum[i][v] = add ? NAME(load)(c + i * crs + v * LANES) : (vec){0};
    if (!vectors) sum[i][0] = add ? NAME(load_first)(c + i * crs, left) : (vec){0};
  }
  for (int l = 0; l < k; l++) {
    vec row[2];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) row[v] = NAME(load)(b + l * brs + v * LANES);
    if (!vectors) row[0] = NAME(load_first)(b + l * brs, left);
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++) {
      float x = a[i * ars + l * acs];
      sum[i][0] += x * row[0];
      if (vectors > 1) sum[i][1] += x * row[1];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) NAME(store)(c + i * crs + v * LANES, sum[i][v]);
    if (!vectors) NAME(store_first)(c + i * crs, left, sum[i][0]);
  }
}

// c (+)= a b for one or two vectors of columns, or for left columns, fewer than LANES, where vectors is 0.
INLINE void NAME(columns)(const int vectors, int left, int m, int k, const float* a, long ars, long acs, const float* b, long brs, float* c,
                          long crs, int add) {
  int i = 0;
  for (; i + TILE_ROWS <= m; i += TILE_ROWS) NAME(tile)(TILE_ROWS, vectors, left, k, a + i * ars, ars, acs, b, brs, c + i * crs, crs, add);
  for (; i + 2 <= m; i += 2) NAME(tile)(2, vectors, left, k, a + i * ars, ars, acs, b, brs, c + i * crs, crs, add);
  for (; i < m; i++) NAME(tile)(1, vectors, left, k, a + i * ars, ars, acs, b, brs, c + i * crs, crs, add);
}

// c [m, n] (+)= a [m, k] b [k, n]. a may have any strides; the columns of b and of c are contiguous.
static TARGET void NAME(product)(int m, int n, int k, const float* a, long ars, long acs, const float* b, long brs, float* c, long crs,
                                 int add) {
  int j = 0;
  for (; j + 2 * LANES <= n; j += 2 * LANES) NAME(columns)(2, 0, m, k, a, ars, acs, b + j, brs, c + j, crs, add);
  for (; j + LANES <= n; j += LANES) NAME(columns)(1, 0, m, k, a, ars, acs, b + j, brs, c + j, crs, add);
  if (j < n) NAME(columns)(0, n - j, m, k, a, ars, acs, b + j, brs, c + j, crs, add);
}

// transpose writes the transpose of from [rows, columns] to [columns, rows], and zeros up to padded rows in each of its
// rows.
static TARGET void NAME(transpose)(int rows, int columns, const float* from, long stride, float* to, long to_stride, int padded) {
  int i = 0;
  for (; i + 8 <= rows; i += 8) {
    int j = 0;
    for (; j + 8 <= columns; j += 8) {
      __m256 r[8], s[8];
#pragma GCC unroll 8
      for (int k = 0; k < 8; k++) r[k] = _mm256_loadu_ps(from + (i + k) * stride + j);
#pragma GCC unroll 4
      for (int k = 0; k < 8; k += 2) s[k] = _mm256_unpacklo_ps(r[k], r[k + 1]), s[k + 1] = _mm256_unpackhi_ps(r[k], r[k + 1]);
#pragma GCC unroll 2
      for (int k = 0; k < 8; k += 4) {
        r[k] = _mm256_shuffle_ps(s[k], s[k + 2], 0x44);
        r[k + 1] = _mm256_shuffle_ps(s[k], s[k + 2], 0xee);
        r[k + 2] = _mm256_shuffle_ps(s[k + 1], s[k + 3], 0x44);
        r[k + 3] = _mm256_shuffle_ps(s[k + 1], s[k + 3], 0xee);
      }
#pragma GCC unroll 4
      for (int k = 0; k < 4; k++) {
        _mm256_storeu_ps(to + (j + k) * to_stride + i, _mm256_permute2f128_ps(r[k], r[k + 4], 0x20));
        _mm256_storeu_ps(to + (j + k + 4) * to_stride + i, _mm256_permute2f128_ps(r[k], r[k + 4], 0x31));
      }
    }
    for (; j < columns; j++)
      for (int k = i; k < i + 8; k++) to[j * to_stride + k] = from[k * stride + j];
  }
  for (int j = 0; j < columns; j++)
    for (int k = i; k < padded; k++) to[j * to_stride + k] = k < rows ? from[k * stride + j] : 0;
}
