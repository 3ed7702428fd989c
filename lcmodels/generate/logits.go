package generate

import (
	"context"
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// Logits reads rows of tokens [B][T] of equal length from the start and calls each with the logits of every
// position, chunk by chunk: those of the row's tokens from, from+1, ..., V values for each token, valid until
// each returns. Logits that are NaN or infinite are a *NotFinite error. A batch has as many rows as make up one default chunk, at least one, so that the logits of no
// more tokens than that are in memory.
func (r *Reader) Logits(ctx context.Context, rows [][]int32, each func(row, from int, logits []float32) error) error {
	if err := r.checkTokens(rows); err != nil {
		return err
	}
	if r.logits == nil {
		var err error
		r.logits, err = backend.NewExecutor(r.b, r.logitsGraph, func(input int) bool { return input >= 2+len(r.weights) })
		if err != nil {
			return fmt.Errorf("read with %s: %w", r.model.Name, err)
		}
	}
	for first := 0; first < len(rows); {
		beside := min(max(DefaultChunk/r.chunk, 1), len(rows)-first)
		if err := r.logitsOf(ctx, rows[first:first+beside], first, each); err != nil {
			return err
		}
		first += beside
	}
	return nil
}

// logitsOf is Logits of one batch, whose first row has the given number.
func (r *Reader) logitsOf(ctx context.Context, rows [][]int32, first int, each func(row, from int, logits []float32) error) error {
	s := r.Start(len(rows))
	for from := 0; from < len(rows[0]); from += r.chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(r.chunk, len(rows[0])-from)
		tokens, valid := make([][]int32, len(rows)), make([]int32, len(rows))
		for b, row := range rows {
			tokens[b] = make([]int32, r.chunk)
			valid[b] = int32(copy(tokens[b], row[from:from+n]))
		}
		out, after, err := r.run(r.logits, []*tensors.Tensor{tensors.FromValue(tokens), tensors.FromValue(valid)}, 1, n, s)
		if err != nil {
			return err
		}
		s = after
		var failed error
		err = tensors.ConstFlatData(out[0], func(flat []float32) {
			size := len(flat) / len(rows)
			vocab := size / r.chunk
			for b := range rows {
				logits := flat[b*size : b*size+n*vocab]
				if failed == nil {
					failed = r.checkFinite(first+b, from, vocab, logits)
				}
				if failed == nil {
					failed = each(first+b, from, logits)
				}
			}
		})
		if err = errors.Join(failed, err, out[0].FinalizeAll()); err != nil {
			return err
		}
	}
	return s.Free()
}

// logitsGraph reads one chunk and returns every logit. in: tokens int32 [B, T], valid int32 [B], the
// weights, the state. It returns logits [B, T, V] and the new state.
func (r *Reader) logitsGraph(in []*Node) []*Node {
	w, s := r.unpack(in[2:])
	chunk := lcmodels.Chunk{Tokens: in[0], Valid: in[1], State: s}
	return append([]*Node{lcmodels.Forward(r.model.Architecture, w, chunk)}, s.Nodes()...)
}
