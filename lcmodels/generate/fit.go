package generate

import (
	"fmt"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// Memory is what reading needs in addition to the weights, in bytes.
type Memory struct {
	// State of one sequence at its full length, with the copies that exist while it grows, is forked or moves
	// into a batch.
	State int64
	// Work is what one step allocates between its inputs and its results.
	Work int64
}

// stateCopies is the largest number of copies of a state in memory: the state, the batch or the longer caches that
// it is copied into, and the batch or caches that those replace.
const stateCopies = 3

// Need is what one sequence of length tokens needs, read in chunks. scores tells whether attention scores of all
// keys are held in memory, as they are without native kernels. It is an upper estimate, since a compiler decides
// which intermediate results it keeps.
func Need(a lcmodels.Architecture, chunk, length int, scores bool) Memory {
	slots := roomFor(chunk, length)
	keys := 0
	if scores {
		keys = slots
	}
	return Memory{State: stateCopies * lcmodels.StateRoom(a, slots), Work: lcmodels.WorkBytes(a, min(chunk, length), keys)}
}

// Of is what a number of sequences need. One step reads as many of them as make up maxStepTokens.
func (m Memory) Of(sequences, chunk int) int64 {
	return int64(sequences)*m.State + int64(min(sequences, max(1, maxStepTokens/chunk)))*m.Work
}

// TooLong is the error for a prompt that does not fit into memory.
type TooLong struct {
	Model  string
	Length int // tokens of the prompt and its answer
	Need   Memory
	Free   int64
}

func (e *TooLong) Error() string {
	gb := func(n int64) float64 { return float64(n) / 1e9 }
	return fmt.Sprintf("read with %s: %d tokens take %.1f GB beside the weights (state %.1f GB, a step %.1f GB), and %.1f GB of memory are free: ask for fewer tokens, or read fewer at a time",
		e.Model, e.Length, gb(e.Need.State+e.Need.Work), gb(e.Need.State), gb(e.Need.Work), gb(e.Free))
}

// fit returns how many of the questions can be answered in one batch: all of them, or as many as fit into memory.
// If not even one fits, the error is a *TooLong.
func (r *Reader) fit(questions []Question) (int, error) {
	free, known := backend.FreeMemory(r.b)
	if !known {
		return len(questions), nil
	}
	length := longest(questions)
	need := Need(r.model.Architecture, r.chunk, length, r.b.Native() != nil)
	if lcmodels.PromptAtOnce(r.model.Architecture) {
		need = Need(r.model.Architecture, length, length, true)
	}
	for rows := len(questions); rows > 0; rows-- {
		if need.Of(rows, r.chunk) <= free {
			return rows, nil
		}
	}
	return 0, &TooLong{Model: r.model.Name, Length: length, Need: need, Free: free}
}
