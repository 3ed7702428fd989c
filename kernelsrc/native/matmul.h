// Products of the transpose of a matrix a with a matrix b, as in the gradient of a layer's weights: a task computes a block of
// the result, blocks of rows of a and b one after the other. Both are packed: where their rows lie a power of two apart, they
// would share few lines of the caches.

static TARGET void NAME(matmul_transposed_task)(const void* job, int task, float* scratch) {
  enum { PANEL = 2 * LANES };
  const matmul_transposed_job* w = job;
  const int across = matmul_blocks(w->N, matmul_columns);
  const int i = task / across * matmul_rows, j = task % across * matmul_columns;
  const int rows = w->M - i < matmul_rows ? w->M - i : matmul_rows, columns = w->N - j < matmul_columns ? w->N - j : matmul_columns;
  float *block = scratch, *panel = block + matmul_depth * matmul_stride;  // of a and of b: [depth, stride] and [depth, PANEL]
  for (int from = 0; from < w->L; from += matmul_depth) {
    const int depth = w->L - from < matmul_depth ? w->L - from : matmul_depth;
    for (int l = 0; l < depth; l++) memcpy(block + l * matmul_stride, w->a + (long)(from + l) * w->M + i, rows * sizeof(float));
    for (int p = 0; p < columns; p += PANEL) {
      const int width = columns - p < PANEL ? columns - p : PANEL, first = width < LANES ? width : LANES, second = width - first;
      const float* b = w->b + (long)from * w->N + j + p;
      for (int l = 0; l < depth; l++) {
        NAME(store)(panel + l * PANEL, NAME(load_first)(b + (long)l * w->N, first));
        if (second) NAME(store)(panel + l * PANEL + LANES, NAME(load_first)(b + (long)l * w->N + LANES, second));
      }
      NAME(product)(rows, width, depth, block, 1, matmul_stride, panel, PANEL, w->c + (long)i * w->N + j + p, w->N, from > 0);
    }
  }
}
