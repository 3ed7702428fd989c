// Calls every kernel as XLA does, at shapes that are not what it is made for. Behind each buffer lies memory that cannot be read
// or written, since AddressSanitizer, which watches the kernels' own memory, does not see what instructions with masks
// read and write. Every value of a result must be written, and be the same for any number of threads.

#include "../kernels.c"

#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

enum { max_buffers = 12, max_rank = 5, max_threads = 64, no_value = -1 };

static pthread_t started[max_threads];
static int64_t threads;  // of XLA's pool
static int running;

static void* start(void* schedule) {
  ffi_schedule* s = schedule;
  s->task(s->data);
  free(s);
  return NULL;
}

static void* schedule(ffi_schedule* s) {
  ffi_schedule* copy = malloc(sizeof *copy);
  *copy = *s;
  if (pthread_create(&started[running++], NULL, start, copy)) abort();
  return NULL;
}

static void* count_threads(ffi_threads* t) {
  *t->threads = threads;
  return NULL;
}

static const ffi_api api = {.thread_pool_schedule = schedule, .thread_pool_threads = count_threads};

enum { page = 4096 };
static int64_t mapped(int64_t bytes) { return (bytes + page - 1) / page * page; }

// new_buffer returns memory that ends at a page which cannot be used; free_buffer gives it back.
static void* new_buffer(int64_t bytes) {
  char* all = mmap(NULL, mapped(bytes) + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED || mprotect(all + mapped(bytes), page, PROT_NONE)) abort();
  return all + mapped(bytes) - bytes;
}

static void free_buffer(void* data, int64_t bytes) { munmap((char*)data + bytes - mapped(bytes), mapped(bytes) + page); }

static unsigned seed;
static float uniform(void) {  // -1 to 1
  seed = seed * 1664525 + 1013904223;
  return (seed >> 8) / 8388608.0f - 1;
}

// What values an argument has: between -1 and 1, logarithms of decays, positions of queries or keys, one
// integer, halves, tokens or none, a small number, or
// numbers between 0 and 1.
enum { values, logs, queries, keys, integer, halves, targets, epsilon, squares };

typedef struct {
  int dims[max_rank + 1];  // the last one is 0
  int kind, value;
} shape;

typedef struct {
  const char* kernel;
  shape arguments[max_buffers], results[max_buffers];  // those behind the last have no axes and are no integer
} call_shape;

static int64_t size_of(const shape* s, int64_t* dims, int64_t* rank) {
  int64_t size = 1;
  for (*rank = 0; s->dims[*rank]; ++*rank) size *= dims[*rank] = s->dims[*rank];
  return size;
}

static void fill(const shape* s, void* data, int64_t size) {
  for (int64_t i = 0; i < size; i++)
    switch (s->kind) {
      case values: ((float*)data)[i] = uniform(); break;
      case logs: ((float*)data)[i] = i % 7 == 3 ? -1000 : i % 5 == 2 ? 0 : -uniform() * uniform() - 1e-4f; break;
      case queries: ((int*)data)[i] = s->value + (int)i % s->dims[1]; break;
      case keys: ((int*)data)[i] = i % 9 == 8 ? 0 : 1 + (int)i % s->dims[1]; break;
      case integer: ((int*)data)[i] = s->value; break;
      case targets: ((int*)data)[i] = (int)i % (s->value + 1) - 1; break;
      case squares: ((float*)data)[i] = uniform(), ((float*)data)[i] *= ((float*)data)[i]; break;
      case epsilon: ((float*)data)[i] = 1e-5f; break;
      case halves: ((uint16_t*)data)[i] = (uint16_t)(0x3c00 + i % 64); break;
    }
}

// run calls a kernel and returns its results one behind the other.
static float* run(const call_shape* c, int64_t* total) {
  ffi_buffer buffers[2][max_buffers] = {0}, *pointers[2][max_buffers];
  int64_t dims[2][max_buffers][max_rank];
  ffi_call call = {.api = &api, .stage = ffi_stage_execute, .arguments.buffers = pointers[0], .results.buffers = pointers[1]};
  const shape* shapes[2] = {c->arguments, c->results};
  int64_t sizes[2][max_buffers], counts[2];
  seed = 1;
  for (int side = 0; side < 2; side++) {
    int n = 0;
    for (; n < max_buffers && (shapes[side][n].dims[0] || shapes[side][n].kind == integer); n++) {
      ffi_buffer* b = pointers[side][n] = &buffers[side][n];
      const shape* s = &shapes[side][n];
      b->dims = dims[side][n];
      sizes[side][n] = size_of(s, b->dims, &b->rank);
      b->dtype = s->kind == halves ? ffi_float16 : 0;
      b->data = new_buffer(sizes[side][n] * (s->kind == halves ? 2 : 4));
      if (side == 0) fill(s, b->data, sizes[side][n]);
      else
        for (int64_t i = 0; i < sizes[side][n]; i++) ((int*)b->data)[i] = no_value;
    }
    counts[side] = n;
  }
  call.arguments.size = counts[0], call.results.size = counts[1];
  running = 0;
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
    if (!strcmp(kernels[i].name, c->kernel) && kernels[i].handler(&call)) abort();
  for (int i = 0; i < running; i++) pthread_join(started[i], NULL);

  *total = 0;
  for (int i = 0; i < counts[1]; i++) *total += sizes[1][i];
  float *all = malloc(*total * sizeof *all), *next = all;
  for (int side = 0; side < 2; side++)
    for (int i = 0; i < counts[side]; i++) {
      if (side == 1) memcpy(next, buffers[side][i].data, sizes[side][i] * sizeof *next), next += sizes[side][i];
      free_buffer(buffers[side][i].data, sizes[side][i] * (shapes[side][i].kind == halves ? 2 : 4));
    }
  return all;
}

static int failures;

static void check(const call_shape* c) {
  int64_t size;
  threads = 1;
  float* want = run(c, &size);
  for (int64_t i = 0; i < size; i++)
    if (((int*)want)[i] == no_value || !isfinite(want[i])) {
      printf("%s (%s): value %ld is %g\n", c->kernel, wide ? "AVX-512" : "AVX2", (long)i, want[i]);
      failures++;
      break;
    }
  for (threads = 2; threads < 9; threads += 3) {
    float* got = run(c, &size);
    if (memcmp(got, want, size * sizeof *got)) {
      printf("%s (%s): other results on %d threads\n", c->kernel, wide ? "AVX-512" : "AVX2", (int)threads);
      failures++;
    }
    free(got);
  }
  free(want);
}

static void check_all(int B, int T, int H, int G, int P, int N) {
  const int Z = ssd_chunks(T), parts = (H / G + ssd_backward_heads - 1) / ssd_backward_heads, ZW = wkv6_chunks(T), E = H * P;
  const int large = 2 * adamw_block + 5 + E;
  const int blocks = (B * T + norm_rows - 1) / norm_rows;
#define V(...) {{__VA_ARGS__}}
#define LOGS(...) {{__VA_ARGS__}, logs}
#define INTEGER(x) {{0}, integer, x}
#define ATTENTION V(B, T, H, P), V(B, G, T + 3, P), V(B, G, T + 3, P), {{1, T}, queries, 3}, {{1, T + 3}, keys}, INTEGER(T / 2 + 1)
  const call_shape calls[] = {
      {"longseq_ssd", {V(B, T, H, P), V(B, T, H), LOGS(B, T, H), V(B, T, G, N), V(B, T, G, N), V(B, H, P, N)},
       {V(B, T, H, P), V(B, H, P, N)}},
      {"longseq_ssd", {V(B, T, H, P), V(B, T, H), LOGS(B, T, H), V(B, T, G, N), V(B, T, G, N), V(B, H, P, N)},
       {V(B, T, H, P), V(B, H, P, N), V(B, H, Z, N, P)}},
      {"longseq_ssd_backward", {V(B, T, H, P), V(B, T, H), LOGS(B, T, H), V(B, T, G, N), V(B, T, G, N), V(B, H, Z, N, P), V(B, T, H, P), V(B, H, P, N)},
       {V(B, T, H, P), V(B, T, H), V(B, T, H), V(parts, B, T, G, N), V(parts, B, T, G, N), V(B, H, P, N)}},
      {"longseq_wkv6", {V(B, T, H, N), V(B, T, H, N), V(B, T, H, P), LOGS(B, T, H, N), V(H, N), V(B, H, N, P)},
       {V(B, T, H, P), V(B, H, N, P), V(B, H, ZW, N, P)}},
      {"longseq_wkv6_backward", {V(B, T, H, N), V(B, T, H, N), V(B, T, H, P), LOGS(B, T, H, N), V(H, N), V(B, H, ZW, N, P), V(B, T, H, P), V(B, H, N, P)},
       {V(B, T, H, N), V(B, T, H, N), V(B, T, H, P), V(B, T, H, N), V(B, H, N), V(B, H, N, P)}},
      {"longseq_linear", {V(B, T, E), V(B, T, E), V(B, E)}, {V(B, T, E), V(B, E)}},
      {"longseq_linear_backward", {V(B, T, E), V(B, T, E), V(B, E), V(B, T, E), V(B, E)}, {V(B, T, E), V(B, T, E), V(B, E)}},
      {"longseq_convolution", {V(B, T, E + N), V(E + N, 4), V(E + N), V(B, 3, E + N), INTEGER(1)}, {V(B, T, E), V(B, T, N)}},
      {"longseq_convolution_backward", {V(B, T, E + N), V(E + N, 4), V(E + N), V(B, 3, E + N), INTEGER(1), V(B, T, E), V(B, T, N)},
       {V(B, T, E + N), V(B, E + N, 4), V(B, E + N), V(B, 3, E + N)}},
      {"longseq_convolution_backward", {V(B, T, E), V(E, 2), V(E), V(B, 1, E), INTEGER(0), V(B, T, E)}, {V(B, T, E), V(B, E, 2), V(B, E), V(B, 1, E)}},
      {"longseq_attention", {ATTENTION}, {V(B, T, H, P)}},
      {"longseq_attention", {ATTENTION}, {V(B, T, H, P), V(B, H, T)}},
      {"longseq_attention_backward", {ATTENTION, V(B, T, H, P), V(B, H, T), V(B, T, H, P)},
       {V(B, T, H, P), V(B, H, T + 3, P), V(B, H, T + 3, P)}},
      {"longseq_norm", {V(B * T, E), V(G, E / G), {{1}, epsilon}, INTEGER(0)}, {V(B * T, E)}},
      {"longseq_norm", {V(B * T, E), V(H, P), {{1}, epsilon}, INTEGER(7), V(H, P), V(B * T, E)}, {V(B * T, E)}},
      {"longseq_norm_backward", {V(B * T, E), V(G, E / G), {{1}, epsilon}, INTEGER(4), V(B * T, E), V(B * T, E)},
       {V(B * T, E), V(blocks, G, E / G), V(B * T, E)}},
      {"longseq_norm_backward", {V(B * T, E), V(H, P), {{1}, epsilon}, INTEGER(3), V(H, P), V(B * T, E)},
       {V(B * T, E), V(blocks, H, P), V(blocks, H, P)}},
      {"longseq_cross_entropy", {V(B * T, N), {{B * T}, targets, N}}, {V(B * T), V(B * T), V(B * T)}},
      {"longseq_cross_entropy_backward", {V(B * T, N), {{B * T}, targets, N}, V(B * T), V(B * T)}, {V(B * T, N)}},
      {"longseq_adamw", {V(large), V(large), {{large}, squares}, {{7}, squares}, {{2}, targets, 1}, V(large - E), V(E)}, {V(large), V(large), V(large)}},
      {"longseq_matmul16", {V(T, N), {{E, N}, halves}}, {V(T, E)}},
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) check(&calls[i]);
}

int main(void) {
  __builtin_cpu_init();
  for (wide = 0; wide < 1 + !!__builtin_cpu_supports("avx512bw"); wide++) {
    check_all(1, 1, 1, 1, 1, 1);
    check_all(3, 63, 5, 1, 7, 9);
    check_all(2, 65, 6, 2, 34, 31);
    check_all(1, 130, 8, 1, 16, 80);
  }
  return failures > 0;
}
