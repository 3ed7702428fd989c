package generate

import (
	"context"
	"fmt"

	"longseq/lcmodels"
)

// Prefill reads prompts [B][...], each of at least one token, behind a state that it uses up, and
// returns what the model expects next. asked is the token whose log-probability and rank are wanted,
// one a row.
//
// Every row begins with the first chunk and ends with a partial one; behind its end its chunks are empty. So
// where a row is cut depends on nothing but the chunk.
func (r *Reader) Prefill(ctx context.Context, prompts [][]int32, asked []int32, s *lcmodels.State) (Next, *lcmodels.State, error) {
	longest := 0
	for b, p := range prompts {
		if len(p) == 0 {
			return Next{}, nil, fmt.Errorf("read with %s: prompt %d of the batch is empty", r.model.Name, b)
		}
		longest = max(longest, len(p))
	}
	if err := r.known(prompts); err != nil {
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

// cut returns the chunk that begins with token from: tokens [B][size] and how many of each row are real.
func cut(prompts [][]int32, from, size int) (tokens [][]int32, valid []int32) {
	tokens, valid = make([][]int32, len(prompts)), make([]int32, len(prompts))
	for b, p := range prompts {
		tokens[b] = make([]int32, size)
		valid[b] = int32(copy(tokens[b], p[min(from, len(p)):]))
	}
	return tokens, valid
}

// Append reads the same number of tokens [B][n] in every row, one at a time: what is short enough not
// to be worth a chunk.
func (r *Reader) Append(ctx context.Context, tokens [][]int32, asked []int32, s *lcmodels.State) (Next, *lcmodels.State, error) {
	if err := r.known(tokens); err != nil {
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

// known refuses a token that the model has no embedding for.
func (r *Reader) known(rows [][]int32) error {
	if err := lcmodels.CheckTokens(r.model.Architecture, rows); err != nil {
		return fmt.Errorf("read with %s: %w", r.model.Name, err)
	}
	return nil
}
