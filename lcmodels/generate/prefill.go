package generate

import (
	"context"
	"fmt"

	"longseq/lcmodels"
)

// Prefill reads prompts [B][...] of at least one token each, which follow a state that it consumes, and
// returns the prediction of the next token. asked holds, for each row, the token whose log-probability and rank
// are measured.
//
// Every row begins with the first chunk. A row that has ended is padded. So where a row is cut depends on the
// size of chunks alone.
func (r *Reader) Prefill(ctx context.Context, prompts [][]int32, asked []int32, s *lcmodels.State) (Next, *lcmodels.State, error) {
	longest := 0
	for b, p := range prompts {
		if len(p) == 0 {
			return Next{}, nil, fmt.Errorf("read with %s: prompt %d of the batch is empty", r.model.Name, b)
		}
		longest = max(longest, len(p))
	}
	if err := r.checkTokens(prompts); err != nil {
		return Next{}, nil, err
	}
	size := r.chunk
	if lcmodels.PromptAtOnce(r.model.Architecture) {
		size = longest
	}
	n := newNext(len(prompts))
	for from := 0; from < longest; from += size {
		if err := ctx.Err(); err != nil {
			return Next{}, nil, err
		}
		tokens, valid := cut(prompts, from, size)
		expected, after, err := r.step(tokens, valid, asked, s)
		if err != nil {
			return Next{}, nil, err
		}
		s = after
		for b := range prompts {
			if valid[b] > 0 {
				n.set(b, expected, b)
			}
		}
	}
	return n, s, nil
}

// cut returns the chunk that begins with token from: tokens [B][size], and how many of each row are not padding.
func cut(prompts [][]int32, from, size int) (tokens [][]int32, valid []int32) {
	tokens, valid = make([][]int32, len(prompts)), make([]int32, len(prompts))
	for b, p := range prompts {
		tokens[b] = make([]int32, size)
		valid[b] = int32(copy(tokens[b], p[min(from, len(p)):]))
	}
	return tokens, valid
}

// Append reads the same number of tokens [B][n] in every row, token by token. For few tokens this is faster than
// a chunk.
func (r *Reader) Append(ctx context.Context, tokens [][]int32, asked []int32, s *lcmodels.State) (Next, *lcmodels.State, error) {
	if err := r.checkTokens(tokens); err != nil {
		return Next{}, nil, err
	}
	valid := make([]int32, len(tokens))
	for b := range valid {
		valid[b] = 1
	}
	var n Next
	for i := range tokens[0] {
		if err := ctx.Err(); err != nil {
			return Next{}, nil, err
		}
		column := make([][]int32, len(tokens))
		for b := range tokens {
			column[b] = tokens[b][i : i+1]
		}
		var err error
		if n, s, err = r.step(column, valid, asked, s); err != nil {
			return Next{}, nil, err
		}
	}
	return n, s, nil
}

// checkTokens refuses a token that the model has no embedding for.
func (r *Reader) checkTokens(rows [][]int32) error {
	if err := lcmodels.CheckTokens(r.model.Architecture, rows); err != nil {
		return fmt.Errorf("read with %s: %w", r.model.Name, err)
	}
	return nil
}
