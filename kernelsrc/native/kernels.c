//go:build linux && amd64

// The kernels as XLA calls them: each reads its arguments from XLA's buffers, and its tasks run on XLA's threads.

#include <dlfcn.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ffi.h"
#include "register.h"

#define LANES 8
#define TARGET __attribute__((target("avx2,fma,f16c")))
#define NAME(x) x##_avx2
#include "kernels.h"

#define LANES 16
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma,f16c")))
#define NAME(x) x##_avx512
#include "kernels.h"

typedef void task_function(const void* job, int task, float* scratch);

// work is a job that is running. It is freed by the last thread that holds it.
typedef struct {
  task_function* run;
  const void* job;
  size_t scratch;
  int tasks;
  atomic_int next, done, holders, failed;
} work;

static void release(work* w) {
  if (atomic_fetch_sub(&w->holders, 1) == 1) free(w);
}

static void take_tasks(work* w) {
  float* scratch = NULL;
  for (int task; (task = atomic_fetch_add(&w->next, 1)) < w->tasks; atomic_fetch_add(&w->done, 1)) {
    if (!scratch) scratch = aligned_alloc(64, (w->scratch * sizeof(float) + 63) / 64 * 64);
    if (scratch) w->run(w->job, task, scratch);
    else atomic_store(&w->failed, 1);
  }
  free(scratch);
}

static void run_on_thread(void* data) {
  take_tasks(data);
  release(data);
}

static int threads_of(const ffi_call* call) {
  int64_t threads = 1;
  ffi_threads ask = {sizeof ask, NULL, call->context, &threads};
  return call->api->thread_pool_threads(&ask) || threads < 1 ? 1 : (int)threads;
}

// share_out runs all tasks, on this thread and on those that XLA has free.
static void share_out(const ffi_call* call, task_function* run, const void* job, int tasks, size_t scratch) {
  work* w = calloc(1, sizeof *w);
  if (!w) abort();
  *w = (work){.run = run, .job = job, .scratch = scratch, .tasks = tasks};
  atomic_store(&w->holders, 1);
  const int threads = threads_of(call);
  for (int i = 1; i < threads && i < tasks; i++) {
    atomic_fetch_add(&w->holders, 1);
    ffi_schedule more = {sizeof more, NULL, call->context, run_on_thread, w};
    if (call->api->thread_pool_schedule(&more)) release(w);
  }
  take_tasks(w);
  while (atomic_load(&w->done) < tasks) __builtin_ia32_pause();
  if (atomic_load(&w->failed)) abort();  // no memory for some kilobytes
  release(w);
}

// ready says whether the kernel is to run. XLA also calls it to ask for its metadata.
static int ready(ffi_call* call) {
  for (ffi_extension* e = call->extensions; e; e = e->next)
    if (e->type == ffi_extension_metadata) {
      ffi_version* version = &((ffi_metadata_extension*)e)->metadata->version;
      version->major = ffi_major;
      version->minor = ffi_minor;
      return 0;
    }
  return call->stage == ffi_stage_execute;
}

// wide says whether the kernels for AVX-512 are used, not those for AVX2.
static int wide;

#define ARGUMENT(i) ((const float*)call->arguments.buffers[i]->data)
#define INTEGERS(i) ((const int*)call->arguments.buffers[i]->data)
#define RESULT(i) ((float*)call->results.buffers[i]->data)
#define DIM(i, axis) ((int)call->arguments.buffers[i]->dims[axis])
#define BEST(kernel) (wide ? kernel##_avx512 : kernel##_avx2)

static void* ssd(ffi_call* call) {
  if (!ready(call)) return NULL;
  ssd_job job = {.B = DIM(0, 0), .T = DIM(0, 1), .H = DIM(0, 2), .P = DIM(0, 3), .G = DIM(3, 2), .N = DIM(3, 3),
                 .x = ARGUMENT(0), .dt = ARGUMENT(1), .log_a = ARGUMENT(2), .b = ARGUMENT(3), .c = ARGUMENT(4), .start = ARGUMENT(5),
                 .y = RESULT(0), .last = RESULT(1), .states = call->results.size > 2 ? RESULT(2) : NULL};
  ssd_set_heads(&job, threads_of(call));
  share_out(call, BEST(ssd_task), &job, ssd_tasks(&job), ssd_scratch(&job));
  return NULL;
}

static void* ssd_backward(ffi_call* call) {
  if (!ready(call)) return NULL;
  ssd_backward_job job = {.B = DIM(0, 0), .T = DIM(0, 1), .H = DIM(0, 2), .P = DIM(0, 3), .G = DIM(3, 2), .N = DIM(3, 3),
                          .x = ARGUMENT(0), .dt = ARGUMENT(1), .log_a = ARGUMENT(2), .b = ARGUMENT(3), .c = ARGUMENT(4),
                          .states = ARGUMENT(5), .dy = ARGUMENT(6), .dlast = ARGUMENT(7),
                          .dx = RESULT(0), .ddt = RESULT(1), .dlog_a = RESULT(2), .db = RESULT(3), .dc = RESULT(4), .dstart = RESULT(5)};
  share_out(call, BEST(ssd_backward_task), &job, ssd_backward_tasks(&job), ssd_backward_scratch(&job));
  return NULL;
}

static void* wkv6(ffi_call* call) {
  if (!ready(call)) return NULL;
  wkv6_job job = {.B = DIM(0, 0), .T = DIM(0, 1), .H = DIM(0, 2), .K = DIM(0, 3), .P = DIM(2, 3),
                  .r = ARGUMENT(0), .k = ARGUMENT(1), .v = ARGUMENT(2), .log_w = ARGUMENT(3), .u = ARGUMENT(4), .start = ARGUMENT(5),
                  .y = RESULT(0), .last = RESULT(1), .states = call->results.size > 2 ? RESULT(2) : NULL};
  share_out(call, BEST(wkv6_task), &job, wkv6_tasks(&job), wkv6_scratch(&job));
  return NULL;
}

static void* wkv6_backward(ffi_call* call) {
  if (!ready(call)) return NULL;
  wkv6_backward_job job = {.B = DIM(0, 0), .T = DIM(0, 1), .H = DIM(0, 2), .K = DIM(0, 3), .P = DIM(2, 3),
                           .r = ARGUMENT(0), .k = ARGUMENT(1), .v = ARGUMENT(2), .log_w = ARGUMENT(3), .u = ARGUMENT(4),
                           .states = ARGUMENT(5), .dy = ARGUMENT(6), .dlast = ARGUMENT(7),
                           .dr = RESULT(0), .dk = RESULT(1), .dv = RESULT(2), .dlog_w = RESULT(3), .du = RESULT(4), .dstart = RESULT(5)};
  share_out(call, BEST(wkv6_backward_task), &job, wkv6_backward_tasks(&job), wkv6_backward_scratch(&job));
  return NULL;
}

static void* linear(ffi_call* call) {
  if (!ready(call)) return NULL;
  linear_job job = {.B = DIM(0, 0), .T = DIM(0, 1), .E = DIM(0, 2), .a = ARGUMENT(0), .b = ARGUMENT(1), .start = ARGUMENT(2),
                    .h = RESULT(0), .last = RESULT(1)};
  share_out(call, BEST(linear_task), &job, job.B * linear_blocks(job.E), 1);
  return NULL;
}

static void* linear_backward(ffi_call* call) {
  if (!ready(call)) return NULL;
  linear_backward_job job = {.B = DIM(0, 0), .T = DIM(0, 1), .E = DIM(0, 2), .a = ARGUMENT(0), .h = ARGUMENT(1), .start = ARGUMENT(2),
                             .dy = ARGUMENT(3), .dlast = ARGUMENT(4), .da = RESULT(0), .db = RESULT(1), .dstart = RESULT(2)};
  share_out(call, BEST(linear_backward_task), &job, job.B * linear_blocks(job.E), 1);
  return NULL;
}

// convolution_of_call are the arguments of a call that both kernels of convolution have; parts are its outputs or their gradients.
static convolution_job convolution_of_call(const ffi_call* call, const ffi_buffers* parts, int first) {
  convolution_job job = {.B = DIM(0, 0), .T = DIM(0, 1), .E = DIM(0, 2), .L = DIM(1, 1), .silu = *INTEGERS(4),
                         .x = ARGUMENT(0), .weight = ARGUMENT(1), .bias = ARGUMENT(2), .before = ARGUMENT(3)};
  for (int i = first; i < parts->size; i++) job.widths[job.parts++] = (int)parts->buffers[i]->dims[2];
  return job;
}

static void* convolution(ffi_call* call) {
  if (!ready(call)) return NULL;
  convolution_job job = convolution_of_call(call, &call->results, 0);
  for (int i = 0; i < job.parts; i++) job.y[i] = RESULT(i);
  share_out(call, BEST(convolution_task), &job, convolution_tasks(&job), convolution_scratch(&job));
  return NULL;
}

static void* convolution_backward(ffi_call* call) {
  enum { first = 5 };  // of the gradients of the parts
  if (!ready(call)) return NULL;
  convolution_backward_job job = {.of = convolution_of_call(call, &call->arguments, first),
                                  .dx = RESULT(0), .dweight = RESULT(1), .dbias = RESULT(2), .dbefore = RESULT(3)};
  for (int i = 0; i < job.of.parts; i++) job.dy[i] = ARGUMENT(first + i);
  share_out(call, BEST(convolution_backward_task), &job, convolution_tasks(&job.of), convolution_backward_scratch(&job.of));
  return NULL;
}

// attention_of are the arguments of a call that both kernels of attention have.
static attention_job attention_of(const ffi_call* call) {
  return (attention_job){.B = DIM(0, 0), .T = DIM(0, 1), .H = DIM(0, 2), .P = DIM(0, 3), .G = DIM(1, 1), .S = DIM(1, 2),
                         .own_queries = DIM(3, 0) > 1, .own_positions = DIM(4, 0) > 1, .window = *INTEGERS(5),
                         .q = ARGUMENT(0), .k = ARGUMENT(1), .v = ARGUMENT(2), .queries = INTEGERS(3), .positions = INTEGERS(4)};
}

static void* attention(ffi_call* call) {
  if (!ready(call)) return NULL;
  attention_job job = attention_of(call);
  job.y = RESULT(0);
  job.log_sums = call->results.size > 1 ? RESULT(1) : NULL;
  share_out(call, BEST(attention_task), &job, attention_tasks(&job), attention_scratch(&job));
  return NULL;
}

static void* attention_backward(ffi_call* call) {
  if (!ready(call)) return NULL;
  attention_backward_job job = {.of = attention_of(call), .dy = ARGUMENT(8), .dq = RESULT(0), .dk = RESULT(1), .dv = RESULT(2)};
  job.of.y = (float*)ARGUMENT(6);
  job.of.log_sums = (float*)ARGUMENT(7);
  share_out(call, BEST(attention_backward_task), &job, attention_backward_tasks(&job), attention_backward_scratch(&job));
  return NULL;
}

// norm_of are the arguments of a call that both kernels of the norms have: x, weight, eps, what there is, and then that.
enum { norm_centre = 1, norm_bias = 2, norm_gate = 4, norm_first = 4 };
static norm_job norm_of(const ffi_call* call) {
  const int has = *INTEGERS(3);
  norm_job job = {.rows = DIM(0, 0), .G = DIM(1, 0), .D = DIM(1, 1), .centre = has & norm_centre, .eps = *ARGUMENT(2),
                  .x = ARGUMENT(0), .weight = ARGUMENT(1)};
  int next = norm_first;
  if (has & norm_bias) job.bias = ARGUMENT(next++);
  if (has & norm_gate) job.z = ARGUMENT(next++);
  return job;
}

static void* norm(ffi_call* call) {
  if (!ready(call)) return NULL;
  norm_job job = norm_of(call);
  job.y = RESULT(0);
  share_out(call, BEST(norm_task), &job, norm_tasks(&job), 1);
  return NULL;
}

static void* norm_backward(ffi_call* call) {
  if (!ready(call)) return NULL;
  norm_backward_job job = {.of = norm_of(call), .dy = ARGUMENT(call->arguments.size - 1), .dx = RESULT(0), .dweight = RESULT(1)};
  int next = 2;
  if (job.of.bias) job.dbias = RESULT(next++);
  if (job.of.z) job.dz = RESULT(next++);
  share_out(call, BEST(norm_backward_task), &job, norm_tasks(&job.of), job.of.D);
  return NULL;
}

static void* cross_entropy(ffi_call* call) {
  if (!ready(call)) return NULL;
  cross_entropy_job job = {.rows = DIM(0, 0), .V = DIM(0, 1), .logits = ARGUMENT(0), .targets = INTEGERS(1),
                           .y = RESULT(0), .right = RESULT(1), .log_sums = RESULT(2)};
  share_out(call, BEST(cross_entropy_task), &job, cross_entropy_tasks(&job), 1);
  return NULL;
}

static void* cross_entropy_backward(ffi_call* call) {
  if (!ready(call)) return NULL;
  cross_entropy_backward_job job = {.of = {.rows = DIM(0, 0), .V = DIM(0, 1), .logits = ARGUMENT(0), .targets = INTEGERS(1),
                                           .log_sums = (float*)ARGUMENT(2)},
                                    .dy = ARGUMENT(3), .dlogits = RESULT(0)};
  share_out(call, BEST(cross_entropy_backward_task), &job, cross_entropy_tasks(&job.of), 1);
  return NULL;
}

// The arguments are p, m, v, numbers (rate, step, beta1, beta2, epsilon, decay, clip), decays, and the gradient of each weight.
static void* adamw(ffi_call* call) {
  enum { first = 5 };  // gradient
  if (!ready(call)) return NULL;
  const int parts = (int)call->arguments.size - first;
  const float* number = ARGUMENT(3);
  const float** gradients = malloc(parts * sizeof *gradients);
  long* offsets = malloc((parts + 1) * sizeof *offsets);
  int* blocks = malloc((parts + 1) * sizeof *blocks);
  if (!gradients || !offsets || !blocks) abort();
  offsets[0] = blocks[0] = 0;
  for (int i = 0; i < parts; i++) {
    const long size = DIM(first + i, 0);
    gradients[i] = ARGUMENT(first + i);
    offsets[i + 1] = offsets[i] + size;
    blocks[i + 1] = blocks[i] + (int)((size + adamw_block - 1) / adamw_block);
  }
  adamw_job job = {.parts = parts, .decays = INTEGERS(4), .gradients = gradients, .offsets = offsets, .blocks = blocks,
                   .rate = number[0], .beta1 = number[2], .beta2 = number[3], .epsilon = number[4], .decay = number[5], .clip = number[6],
                   .unbiased1 = (float)(1 - pow(number[2], number[1])), .unbiased2 = (float)(1 - pow(number[3], number[1])),
                   .p = ARGUMENT(0), .m = ARGUMENT(1), .v = ARGUMENT(2), .new_p = RESULT(0), .new_m = RESULT(1), .new_v = RESULT(2),
                   .squares = malloc(blocks[parts] * sizeof(float))};
  if (!job.squares) abort();
  share_out(call, BEST(adamw_squares_task), &job, blocks[parts], 1);
  adamw_clip(&job);
  share_out(call, BEST(adamw_task), &job, blocks[parts], 1);
  free(job.squares);
  free(blocks);
  free(offsets);
  free(gradients);
  return NULL;
}

static void* matmul_transposed(ffi_call* call) {
  if (!ready(call)) return NULL;
  matmul_transposed_job job = {.L = DIM(0, 0), .M = DIM(0, 1), .N = DIM(1, 1), .a = ARGUMENT(0), .b = ARGUMENT(1), .c = RESULT(0)};
  share_out(call, BEST(matmul_transposed_task), &job, matmul_transposed_tasks(&job), matmul_transposed_scratch());
  return NULL;
}

static void* matmul16(ffi_call* call) {
  if (!ready(call)) return NULL;
  matmul16_job job = {.rows = DIM(0, 0), .in = DIM(0, 1), .out = DIM(1, 0), .half = call->arguments.buffers[1]->dtype == ffi_float16,
                     .x = ARGUMENT(0), .m = call->arguments.buffers[1]->data, .y = RESULT(0)};
  share_out(call, BEST(matmul16_task), &job, matmul16_tasks(&job), 1);
  return NULL;
}

static const struct {
  const char* name;
  void* (*handler)(ffi_call*);
} kernels[] = {
    {"longseq_adamw", adamw},
    {"longseq_attention", attention}, {"longseq_attention_backward", attention_backward},
    {"longseq_convolution", convolution}, {"longseq_convolution_backward", convolution_backward},
    {"longseq_cross_entropy", cross_entropy}, {"longseq_cross_entropy_backward", cross_entropy_backward},
    {"longseq_linear", linear}, {"longseq_linear_backward", linear_backward},
    {"longseq_norm", norm}, {"longseq_norm_backward", norm_backward},
    {"longseq_ssd", ssd}, {"longseq_ssd_backward", ssd_backward},
    {"longseq_wkv6", wkv6}, {"longseq_wkv6_backward", wkv6_backward},
    {"longseq_matmul16", matmul16}, {"longseq_matmul_transposed", matmul_transposed},
};

// The part of the PJRT interface through which foreign functions are registered.
typedef struct pjrt_extension {
  size_t struct_size;
  int type;
  struct pjrt_extension* next;
} pjrt_extension;

enum { pjrt_extension_ffi = 5 };

typedef struct {
  size_t struct_size;
  pjrt_extension* extensions;
} pjrt_api;

typedef struct {
  size_t struct_size;
  const char* name;
  size_t name_size;
  void* handler;
  const char* platform;
  size_t platform_size;
  int traits;
} pjrt_ffi_register;

typedef struct {
  pjrt_extension base;
  void *type_register, *user_data_add;
  void* (*register_handler)(pjrt_ffi_register*);
} pjrt_ffi;

const char* register_kernels(const char* plugin, int avx512) {
  __builtin_cpu_init();
  wide = avx512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("f16c")) return "the processor has no AVX2";
  void* library = dlopen(plugin, RTLD_NOW | RTLD_NOLOAD);
  const pjrt_api* (*get)(void) = library ? (const pjrt_api* (*)(void))dlsym(library, "GetPjrtApi") : NULL;
  if (!get) return "the plugin is not loaded";
  pjrt_ffi* ffi = NULL;
  for (pjrt_extension* e = get()->extensions; e; e = e->next)
    if (e->type == pjrt_extension_ffi && e->struct_size >= sizeof *ffi) ffi = (pjrt_ffi*)e;
  if (!ffi) return "the plugin takes no foreign functions";
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
    pjrt_ffi_register r = {.struct_size = sizeof r, .name = kernels[i].name, .name_size = strlen(kernels[i].name),
                           .handler = (void*)kernels[i].handler, .platform = "Host", .platform_size = 4};
    if (ffi->register_handler(&r)) return "the plugin refuses the kernels: its interface is of another version";
  }
  return NULL;
}
