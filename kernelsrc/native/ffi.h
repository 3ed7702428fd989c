// The part of XLA's foreign function interface that the kernels use, version 0.3: the layout of OpenXLA's
// xla/ffi/api/c_api.h, and of the FFI extension of xla/pjrt/c/pjrt_c_api_ffi_extension.h. XLA checks the version when a
// kernel is registered.
#ifndef LONGSEQ_FFI_H
#define LONGSEQ_FFI_H

#include <stddef.h>
#include <stdint.h>

typedef struct ffi_extension {
  size_t struct_size;
  int type;
  struct ffi_extension* next;
} ffi_extension;

enum { ffi_extension_metadata = 1 };

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
  int major, minor;
} ffi_version;

typedef struct {
  size_t struct_size;
  ffi_version version;
  uint32_t traits;
} ffi_metadata;

typedef struct {
  ffi_extension base;
  ffi_metadata* metadata;
} ffi_metadata_extension;

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
  int dtype;
  void* data;
  int64_t rank;
  int64_t* dims;
} ffi_buffer;

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
  int64_t size;
  int* types;
  ffi_buffer** buffers;
} ffi_buffers;

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
  void* context;
  void (*task)(void*);
  void* data;
} ffi_schedule;

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
  void* context;
  int64_t* threads;
} ffi_threads;

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
  ffi_version version;
  const void* internal;
  void *error_create, *error_message, *error_destroy, *handler_register, *stream, *type_register, *context_get, *state_set,
      *state_get, *memory_allocate, *memory_free;
  void* (*thread_pool_schedule)(ffi_schedule*);
  void* (*thread_pool_threads)(ffi_threads*);
} ffi_api;

enum { ffi_float16 = 10 };  // a dtype

enum { ffi_stage_execute = 3 };

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
  const ffi_api* api;
  void* context;
  int stage;
  ffi_buffers arguments, results;
} ffi_call;

#endif
