// The arguments of each kernel, and how its work is cut into independent tasks. Arrays are float32 and row-major; the
// letters of their shapes are those of package ops.
#ifndef LONGSEQ_JOBS_H
#define LONGSEQ_JOBS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum {
  ssd_chunk = 64,     // tokens of a chunk
  ssd_max_heads = 4,  // heads of a task, which share the products of c and b
};

// The lowest logarithm of a decay; what is below counts as it, as in package ops.
static const float min_log = -30;

// ops.SSD: x, y [B, T, H, P]; dt, log_a [B, T, H]; b, c [B, T, G, N]; start, last [B, H, P, N]; states [B, H, Z, N, P], the
// transposes of the states before the Z chunks, which the gradient needs, or NULL.
typedef struct {
  int B, T, H, P, G, N;
  int heads;  // of a task
  const float *x, *dt, *log_a, *b, *c, *start;
  float *y, *last, *states;
} ssd_job;

// ssd_set_heads chooses the heads of a task: fewer where there would not be a task for every thread.
static inline void ssd_set_heads(ssd_job* s, int threads) {
  const int each = (int)((int64_t)s->B * s->H / threads);
  s->heads = each < 1 ? 1 : each < ssd_max_heads ? each : ssd_max_heads;
}
static inline int ssd_parts(const ssd_job* s) { return (s->H / s->G + s->heads - 1) / s->heads; }
static inline int ssd_tasks(const ssd_job* s) { return s->B * s->G * ssd_parts(s); }
static inline size_t ssd_scratch(const ssd_job* s) {
  return (size_t)s->heads * s->N * s->P + 2 * ssd_chunk * ssd_chunk + 2 * (size_t)ssd_chunk * s->N + 4 * ssd_chunk;
}

// The gradient of ops.SSD: those of the outputs are dy and dlast, those of the inputs dx, ddt, dlog_a, dstart and, of the heads
// of each part of a group, whose number does not depend on threads, db and dc [parts, B, T, G, N].
typedef struct {
  int B, T, H, P, G, N;
  const float *x, *dt, *log_a, *b, *c, *states, *dy, *dlast;
  float *dx, *ddt, *dlog_a, *db, *dc, *dstart;
} ssd_backward_job;

enum { ssd_backward_heads = 2 };  // of a part

static inline int ssd_chunks(int T) { return (T + ssd_chunk - 1) / ssd_chunk; }
static inline int ssd_backward_parts(const ssd_backward_job* s) { return (s->H / s->G + ssd_backward_heads - 1) / ssd_backward_heads; }
static inline int ssd_backward_tasks(const ssd_backward_job* s) { return s->B * s->G * ssd_backward_parts(s); }
static inline size_t ssd_backward_scratch(const ssd_backward_job* s) {
  return (size_t)ssd_backward_heads * s->N * s->P + 5 * ssd_chunk * ssd_chunk + 6 * (size_t)ssd_chunk * s->N +
         3 * (size_t)ssd_chunk * s->P + 10 * ssd_chunk;
}

// ops.WKV6: r, k, log_w [B, T, H, K]; v, y [B, T, H, P]; u [H, K]; start, last [B, H, K, P]; states [B, H, Z, K, P], those
// before each of the Z chunks, which the gradient needs, or NULL.
typedef struct {
  int B, T, H, K, P;
  const float *r, *k, *v, *log_w, *u, *start;
  float *y, *last, *states;
} wkv6_job;

enum {
  wkv6_padding = 64,  // the values of a head are padded to a multiple of it
  wkv6_chunk = 32,    // tokens of a chunk, whose states the gradient holds at a time
};

static inline int wkv6_chunks(int T) { return (T + wkv6_chunk - 1) / wkv6_chunk; }

static inline int wkv6_columns(const wkv6_job* w) { return (w->P + wkv6_padding - 1) / wkv6_padding * wkv6_padding; }
static inline int wkv6_tasks(const wkv6_job* w) { return w->B * w->H; }
static inline size_t wkv6_scratch(const wkv6_job* w) { return (size_t)(w->K + 2) * wkv6_columns(w) + w->K + 64; }

// The gradient of ops.WKV6: those of the outputs are dy and dlast, those of the inputs dr, dk, dv, dlog_w, dstart and, of each
// batch row, du [B, H, K].
typedef struct {
  int B, T, H, K, P;
  const float *r, *k, *v, *log_w, *u, *states, *dy, *dlast;
  float *dr, *dk, *dv, *dlog_w, *du, *dstart;
} wkv6_backward_job;

static inline int wkv6_keys(const wkv6_backward_job* w) { return (w->K + 15) / 16 * 16; }  // padded
static inline int wkv6_backward_tasks(const wkv6_backward_job* w) { return w->B * w->H; }
static inline size_t wkv6_backward_scratch(const wkv6_backward_job* w) {
  return (size_t)wkv6_keys(w) * ((wkv6_chunk + 1) * (size_t)w->P + 3 * wkv6_chunk + 4) + w->P * 16;
}

// ops.Attention of scaled queries: q, y [B, T, H, P]; k, v [B, G, S, P]; positions of queries [B or 1, T] and, plus 1, of
// keys [B or 1, S], both int32, where 0 is an empty slot. A query sees window keys, itself included, or all if that is 0.
// log_sums [B, H, T], the logarithms of the sums of a query's exponentials, which the gradient needs, or NULL.
typedef struct {
  int B, T, H, G, S, P;
  int own_queries, own_positions;  // whether every batch row has its own
  int window;
  const float *q, *k, *v;
  const int *queries, *positions;
  float *y, *log_sums;
} attention_job;

enum {
  attention_queries = 64,  // of a block, which is a task
  attention_keys = 128,    // of a block
};
static const float attention_masked = -1e30f;  // the score of a key that a query does not see

static inline int attention_blocks(const attention_job* a) { return (a->T + attention_queries - 1) / attention_queries; }
static inline int attention_tasks(const attention_job* a) { return a->B * a->H * attention_blocks(a); }
static inline size_t attention_scratch(const attention_job* a) {
  return attention_queries * (2 * (size_t)a->P + attention_keys + 4);
}

// The gradient of ops.Attention: of y it is dy, of q dq, and of the keys and values, for each head that sees them, dk and dv
// [B, H, S, P].
typedef struct {
  attention_job of;
  const float* dy;
  float *dq, *dk, *dv;
} attention_backward_job;

static inline int attention_backward_tasks(const attention_backward_job* a) { return a->of.B * a->of.H; }
static inline size_t attention_backward_scratch(const attention_backward_job* a) {
  return attention_queries * (2 * (size_t)a->of.P + 2 * attention_keys + 3);
}

// ops.Linear: a, b, h [B, T, E]; start, last [B, E].
typedef struct {
  int B, T, E;
  const float *a, *b, *start;
  float *h, *last;
} linear_job;

// The gradient of ops.Linear: those of the outputs are dy and dlast, those of the inputs da, db and dstart.
typedef struct {
  int B, T, E;
  const float *a, *h, *start, *dy, *dlast;
  float *da, *db, *dstart;
} linear_backward_job;

enum { linear_block = 64 };  // channels of a task

static inline int linear_blocks(int E) { return (E + linear_block - 1) / linear_block; }

// ops.Convolution: x [B, T, E]; weight [E, L]; bias [E]; before [B, L-1, E]; y of each part [B, T, width].
enum {
  convolution_block = 64,      // channels of a task, all of one part
  convolution_tokens = 64,     // of a block, in the gradient
  convolution_max_length = 4,  // the largest L; the smallest is 2
  convolution_max_parts = 4,
};
typedef struct {
  int B, T, E, L;
  int silu;  // whether y is silu of the sums
  int parts, widths[convolution_max_parts];
  const float *x, *weight, *bias, *before;
  float* y[convolution_max_parts];
} convolution_job;

// The gradient of ops.Convolution: those of the outputs are dy, those of the inputs dx, dbefore and, of each batch row, dweight
// [B, E, L] and dbias [B, E].
typedef struct {
  convolution_job of;
  const float* dy[convolution_max_parts];
  float *dx, *dweight, *dbias, *dbefore;
} convolution_backward_job;

// What a task computes: count channels of a row, which begin with channel in x, and with first in their part.
typedef struct {
  long row;
  int part, first, channel, count;
} convolution_span;

static inline int convolution_blocks(const convolution_job* c) {
  int blocks = 0;
  for (int i = 0; i < c->parts; i++) blocks += (c->widths[i] + convolution_block - 1) / convolution_block;
  return blocks;
}
static inline convolution_span convolution_span_of(const convolution_job* c, int task) {
  const int blocks = convolution_blocks(c);
  convolution_span s = {.row = task / blocks, .first = task % blocks * convolution_block};
  while (s.first >= c->widths[s.part]) {
    s.first -= (c->widths[s.part] + convolution_block - 1) / convolution_block * convolution_block;
    s.channel += c->widths[s.part++];
  }
  s.channel += s.first;
  s.count = c->widths[s.part] - s.first < convolution_block ? c->widths[s.part] - s.first : convolution_block;
  return s;
}
static inline int convolution_tasks(const convolution_job* c) { return c->B * convolution_blocks(c); }
static inline size_t convolution_scratch(const convolution_job* c) { return (c->L + 1) * convolution_block; }
static inline size_t convolution_backward_scratch(const convolution_job* c) {
  return (3 * c->L + 1) * convolution_block + (convolution_tokens + c->L) * 16;
}

// ops.Norm: x, y [rows, G, D]; z, whose SiLU x is multiplied by, [rows, G, D] or NULL; weight [G, D]; bias [G, D] or NULL.
typedef struct {
  long rows;
  int G, D;
  int centre;  // whether the mean of a group is taken off
  float eps;
  const float *x, *z, *weight, *bias;
  float* y;
} norm_job;

// The gradient of ops.Norm: of y it is dy, those of the inputs dx, dz or NULL and, of each block of rows, dweight and dbias or
// NULL [blocks, G, D].
typedef struct {
  norm_job of;
  const float* dy;
  float *dx, *dz, *dweight, *dbias;
} norm_backward_job;

enum { norm_rows = 64 };  // of a task

static inline int norm_tasks(const norm_job* n) { return (int)((n->rows + norm_rows - 1) / norm_rows); }
static inline long norm_end(const norm_job* n, int task) {
  const long end = (long)(task + 1) * norm_rows;
  return end < n->rows ? end : n->rows;
}

// ops.CrossEntropy: logits [rows, V]; targets [rows], of which one that is no token counts as none; y and right [rows], 0 where
// there is none; log_sums [rows], the logarithms of the sums of the exponentials, which the gradient needs.
typedef struct {
  long rows;
  int V;
  const float* logits;
  const int* targets;
  float *y, *right, *log_sums;
} cross_entropy_job;

// The gradient of ops.CrossEntropy: of y it is dy, of the logits dlogits.
typedef struct {
  cross_entropy_job of;
  const float* dy;
  float* dlogits;
} cross_entropy_backward_job;

enum { cross_entropy_rows = 64 };  // of a task

static inline int cross_entropy_tasks(const cross_entropy_job* c) { return (int)((c->rows + cross_entropy_rows - 1) / cross_entropy_rows); }
static inline long cross_entropy_end(const cross_entropy_job* c, int task) {
  const long end = (long)(task + 1) * cross_entropy_rows;
  return end < c->rows ? end : c->rows;
}

// ops.AdamW: the parameters p and their two moments m and v, each the weights one behind the other; the gradient and, as an
// integer, whether it decays, of each of the weights (parts); squares, the sum of those of each block.
typedef struct {
  int parts;
  const int* decays;
  const float* const* gradients;
  const long* offsets;  // where each weight begins, and where the last one ends
  const int* blocks;    // the number of the first block of each weight, and of all
  float *squares;
  float rate, beta1, beta2, epsilon, decay, clip;
  float unbiased1, unbiased2, scale;
  const float *p, *m, *v;
  float *new_p, *new_m, *new_v;
} adamw_job;

enum { adamw_block = 1 << 14 };  // parameters of a task

// What a task computes: count parameters of a weight.
typedef struct {
  int part, count;
  long first;
} adamw_span;

static inline adamw_span adamw_span_of(const adamw_job* a, int task) {
  int part = 0;
  while (task >= a->blocks[part + 1]) part++;
  const long first = (long)(task - a->blocks[part]) * adamw_block, left = a->offsets[part + 1] - a->offsets[part] - first;
  return (adamw_span){part, (int)(left < adamw_block ? left : adamw_block), first};
}

// adamw_clip sets the factor of the gradient from the squares, which are summed in order.
static inline void adamw_clip(adamw_job* a) {
  double sum = 0;
  for (int i = 0; i < a->blocks[a->parts]; i++) sum += a->squares[i];
  const double scale = a->clip / (sqrt(sum) + 1e-6);
  a->scale = (float)(scale < 1 ? scale : sum >= 0 ? 1 : NAN);
}

// The gradient of the matrix in ops.Matmul: c [M, N] is the product of the transpose of a [L, M] with b [L, N].
typedef struct {
  int L, M, N;
  const float *a, *b;
  float* c;
} matmul_transposed_job;

enum {
  matmul_rows = 256,    // of c in a task
  matmul_columns = 64,  // of c in a task
  matmul_depth = 128,   // rows of a and b that are multiplied at a time
  matmul_stride = matmul_rows + 16,
};

static inline int matmul_blocks(int size, int block) { return (size + block - 1) / block; }
static inline int matmul_transposed_tasks(const matmul_transposed_job* w) {
  return matmul_blocks(w->M, matmul_rows) * matmul_blocks(w->N, matmul_columns);
}
static inline size_t matmul_transposed_scratch(void) { return matmul_depth * (matmul_stride + 32); }

// ops.Matmul of few rows: x [rows, in], m [out, in] in float16 or bfloat16, y [rows, out].
typedef struct {
  int rows, in, out;
  int half;  // whether m is float16
  const float* x;
  const uint16_t* m;
  float* y;
} matmul16_job;

enum { matmul16_outputs = 64 };  // of a task

static inline int matmul16_tasks(const matmul16_job* w) { return (w->out + matmul16_outputs - 1) / matmul16_outputs; }

#endif
