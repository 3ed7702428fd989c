package generate

import (
	"fmt"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// Memory is what reading takes beside the weights, in bytes.
type Memory struct {
	// State of one sequence at its longest, with the copies that are made of it when it grows, is forked or
	// moves into a batch.
	State int64
	// Work is what one step holds between its inputs and its results.
	Work int64
}

// stateCopies is how often a state is in memory at worst: itself, the batch that it moves into or the longer
// caches that it grows into, and what either replaces.
const stateCopies = 3

// Need is what one sequence of length tokens takes at its longest, read in chunks; scores says whether attention
// holds those of all keys, which native kernels do not. It is an estimate from above: what a compiler keeps between
// its kernels is its own affair.
func Need(a lcmodels.Architecture, chunk, length int, scores bool) Memory {
	slots := roomFor(chunk, length)
	keys := 0
	if scores {
		keys = slots
	}
	return Memory{State: stateCopies * lcmodels.StateRoom(a, slots), Work: lcmodels.WorkBytes(a, min(chunk, length), keys)}
}

// Of is what that many sequences take, of which as many are read in one step as make besideTokens.
func (m Memory) Of(sequences, chunk int) int64 {
	return int64(sequences)*m.State + int64(min(sequences, max(1, besideTokens/chunk)))*m.Work
}

// TooLong is the error of a prompt for which there is not enough memory.
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

// fit says how many of the questions are answered side by side: all, or as many as there is memory for. If
// there is not enough for one, the error is a *TooLong.
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
