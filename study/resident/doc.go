// Package resident holds models between the cells of a notebook. Each cell is a program of its own, and to load
// a checkpoint of gigabytes and compile its graphs for each of them is what hurts; so a process beside the
// notebook, started by the first cell that opens a model, holds weights, compiled graphs and states:
//
//	m, err := resident.Open(ctx, "../lcmodels/tiny/mamba2", resident.Options{})
//	kept, err := m.Keep(ctx, "haystack", text)                                  // read once
//	answer, err := m.Answer(ctx, resident.Question{Behind: "haystack", Prompt: question, MaxNewTokens: 10}, nil)
//
// There is one such process a notebook, under this project's kernel and under GoNB alike. It ends with the
// kernel, by [End], or when it has been idle for 30 minutes, or as long as LONGSEQ_HOT_IDLE says
// (%env LONGSEQ_HOT_IDLE 2h). If it dies, the cell that waits for it fails with one line, and the next one
// starts it anew. A program outside a notebook has a process of its own, which ends with it.
//
// What is held is never out of date: a model whose files have changed is loaded again, and when the source of
// the models has changed the process is started anew.
package resident
