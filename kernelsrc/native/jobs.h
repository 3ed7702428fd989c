// The kernels' work, cut into tasks that need nothing of each other. Arrays are float32, in the order of their shape.
#ifndef LONGSEQ_JOBS_H
#define LONGSEQ_JOBS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum {
  ssd_chunk = 64,  // tokens taken at a time
  ssd_heads = 4,   // heads of a task at most, which share the products of c and b
};

// In float32, logarithms of decays below this count as this: package scan says why.
static const float lowest_log = -30;

// scan.SSD: x, y [B, T, H, P]; dt, log_a [B, T, H]; b, c [B, T, G, N]; s0, last [B, H, P, N].
typedef struct {
  int B, T, H, P, G, N;
  int heads;  // of a task
  const float *x, *dt, *log_a, *b, *c, *s0;
  float *y, *last;
} ssd_job;

// ssd_share takes fewer heads a task where there is not a task for every thread.
static inline void ssd_share(ssd_job* s, int threads) {
  const int each = (int)((int64_t)s->B * s->H / threads);
  s->heads = each < 1 ? 1 : each < ssd_heads ? each : ssd_heads;
}
static inline int ssd_parts(const ssd_job* s) { return (s->H / s->G + s->heads - 1) / s->heads; }
static inline int ssd_tasks(const ssd_job* s) { return s->B * s->G * ssd_parts(s); }
static inline size_t ssd_scratch(const ssd_job* s) {
  return (size_t)s->heads * s->N * s->P + 2 * ssd_chunk * ssd_chunk + 2 * (size_t)ssd_chunk * s->N + 4 * ssd_chunk;
}

// scan.WKV6: r, k, log_w [B, T, H, K]; v, y [B, T, H, V]; u [H, K]; s0, last [B, H, K, V].
typedef struct {
  int B, T, H, K, V;
  const float *r, *k, *v, *log_w, *u, *s0;
  float *y, *last;
} wkv6_job;

enum { wkv6_padding = 64 };  // values that a head's columns are filled up to a multiple of

static inline int wkv6_columns(const wkv6_job* w) { return (w->V + wkv6_padding - 1) / wkv6_padding * wkv6_padding; }
static inline int wkv6_tasks(const wkv6_job* w) { return w->B * w->H; }
static inline size_t wkv6_scratch(const wkv6_job* w) { return (size_t)(w->K + 2) * wkv6_columns(w) + w->K + 64; }

// Attention of lcmodels: q, y [B, T, H, D], scaled; k, v [B, G, S, D]; queries [B or 1, T] and positions [B or 1, S],
// int32, the latter 1 + the position of each key, 0 for none; a query sees window keys, itself included, 0: all.
typedef struct {
  int B, T, H, G, S, D;
  int own_queries, own_positions;  // whether every row has its own
  int window;
  const float *q, *k, *v;
  const int *queries, *positions;
  float* y;
} attention_job;

enum {
  attention_queries = 64,  // of a task
  attention_keys = 128,    // taken at a time
};
static const float attention_hidden = -1e30f;  // the score of a key that is not seen

static inline int attention_blocks(const attention_job* a) { return (a->T + attention_queries - 1) / attention_queries; }
static inline int attention_tasks(const attention_job* a) { return a->B * a->H * attention_blocks(a); }
static inline size_t attention_scratch(const attention_job* a) {
  return attention_queries * (2 * (size_t)a->D + attention_keys + 4);
}

// Products with weights of 16 bits: x [rows, in], m [out, in] float16 or bfloat16, y [rows, out].
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
