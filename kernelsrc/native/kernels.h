// The kernels for one instruction set: LANES floats a vector, TARGET, and NAME, which tells the sets' names apart.
#include "jobs.h"
#include "simd.h"
#include "adamw.h"
#include "attention.h"
#include "attention_backward.h"
#include "convolution.h"
#include "crossentropy.h"
#include "linear.h"
#include "norm.h"
#include "ssd.h"
#include "ssd_backward.h"
#include "matmul.h"
#include "matmul16.h"
#include "wkv6.h"
#include "wkv6_backward.h"

#undef vec
#undef ivec
#undef INLINE
#undef TILE_ROWS
#undef LANES
#undef TARGET
#undef NAME
