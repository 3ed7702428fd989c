// Package resident keeps models loaded between the cells of a notebook. Each cell is a program of its own, and would
// otherwise load gigabytes of weights and compile their graphs again.
//
//	resident process  a process beside the notebook that holds models; the first cell that opens one starts it
//	held model        weights on the device and compiled graphs
//	kept text         a text that a held model has read, with the state after it
//
//	m, err := resident.Open(ctx, "../lcmodels/tiny/mamba2", resident.Options{})
//	kept, err := m.Keep(ctx, "haystack", text)                                  // read once
//	answer, err := m.Answer(ctx, resident.Question{Behind: "haystack", Prompt: question, MaxNewTokens: 10}, nil)
//
// A notebook has one resident process, under this project's kernel and under GoNB alike. It ends with the kernel, by
// [End], or when it has been idle for 30 minutes, or for the time in LONGSEQ_RESIDENT_IDLE (%env LONGSEQ_RESIDENT_IDLE
// 2h). If it dies, the cell that waits for it fails with one line, and the next cell starts it again. A program that is
// not a notebook cell has a resident process of its own, which ends with the program.
//
// What is held is never out of date. A model whose files have changed is loaded again. A cell that was built from other
// source files of this module, or has other values of the environment variables that XLA and its plugin read, such as
// LONGSEQ_NATIVE, XLA_FLAGS and PJRT_PLUGIN_LIBRARY_PATH, replaces the process: see [processVariables].
// So does a cell whose program knows an architecture of its own, since no other program knows it.
package resident
