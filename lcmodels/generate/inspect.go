package generate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/lcmodels"
)

// Inspection is what one layer shows of each token of a prompt when the last token is read.
type Inspection struct {
	// Layer is its number, from 0.
	Layer int
	// Attends says that it is an attention layer.
	Attends bool
	// Kept is, of an attention layer, the attention weights of the last token, which sum to 1 over the tokens. Of a
	// recurrent layer it is the product of the decays after each token: the fraction that remains in the state
	// of what that token wrote. [heads or channels][tokens], 0 to 1. Of many channels some are shown, evenly
	// spaced.
	Kept [][]float64
}

// Inspect reads a prompt from the start and returns the attention and the decay over it, layer by layer.
func (r *Reader) Inspect(ctx context.Context, prompt []int32) ([]Inspection, error) {
	if len(prompt) == 0 {
		return nil, fmt.Errorf("inspect %s: the prompt is empty", r.model.Name)
	}
	if err := r.checkTokens([][]int32{prompt}); err != nil {
		return nil, err
	}
	var names []string
	exec, err := newExecutor(r, func(in []*Node) []*Node {
		w, s := r.unpack(in[2:])
		probe := &lcmodels.Probe{}
		// The output of the last block is not needed, the state is.
		lcmodels.Hidden(r.model.Architecture, w, lcmodels.Chunk{Tokens: in[0], Valid: in[1], State: s, Probe: probe})
		names = probe.Names
		return append(probe.Nodes(), s.Nodes()...)
	})
	if err != nil {
		return nil, err
	}
	var layers []*shown
	s := r.Start(1)
	for from := 0; from < len(prompt); from += r.chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tokens, valid := cut([][]int32{prompt}, from, r.chunk)
		if err := r.makeRoom(s, r.chunk); err != nil {
			return nil, err
		}
		inputs := []*tensors.Tensor{tensors.FromValue(tokens), tensors.FromValue(valid)}
		inputs = append(append(inputs, r.weights...), s.Tensors...)
		out, err := exec.Exec(inputs...)
		if err != nil {
			return nil, fmt.Errorf("inspect %s: %w", r.model.Name, err)
		}
		if err := s.Free(); err != nil {
			return nil, err
		}
		s = &lcmodels.State{Specs: s.Specs, Tensors: out[len(names):], Batch: 1, Slots: s.Slots, Used: s.Used + int(valid[0])}
		if layers, err = collect(layers, names, out[:len(names)], int(valid[0])); err != nil {
			return nil, fmt.Errorf("inspect %s: %w", r.model.Name, err)
		}
	}
	inspections := make([]Inspection, len(layers))
	for i, l := range layers {
		inspections[i] = l.inspection(len(prompt))
		for _, kept := range inspections[i].Kept {
			if slices.ContainsFunc(kept, math.IsNaN) {
				return nil, fmt.Errorf("inspect %s: what layer %d shows is NaN: its training diverged, or its weights are damaged", r.model.Name, l.layer)
			}
		}
	}
	return inspections, s.Free()
}

// shown is what the probe has collected of a layer so far.
type shown struct {
	layer     int
	decays    [][]float32 // logarithms, [token][channel]
	attention []float32   // [head][slot], of the last chunk
	keys      []int32     // 1 + position of each slot, of the last chunk
}

// collect adds what the probe shows of a chunk of n tokens: tensors with their names.
func collect(layers []*shown, names []string, probed []*tensors.Tensor, n int) ([]*shown, error) {
	for i, name := range names {
		number, what, _ := strings.Cut(name, ".")
		var layer int
		if _, err := fmt.Sscan(number, &layer); err != nil {
			return nil, fmt.Errorf("%s is of no layer: %w", name, err)
		}
		if len(layers) == 0 || layers[len(layers)-1].layer < layer {
			layers = append(layers, &shown{layer: layer})
		}
		at := 0
		for layers[at].layer != layer {
			at++
		}
		l := layers[at]
		var err error
		switch what {
		case lcmodels.ProbeDecay:
			var flat []float32
			flat, err = tensors.CopyFlatData[float32](probed[i])
			channels := probed[i].Shape().Dim(2)
			for t := range n {
				l.decays = append(l.decays, flat[t*channels:(t+1)*channels])
			}
		case lcmodels.ProbeAttention:
			l.attention, err = tensors.CopyFlatData[float32](probed[i])
		case lcmodels.ProbeKeys:
			l.keys, err = tensors.CopyFlatData[int32](probed[i])
		}
		if err = errors.Join(err, probed[i].FinalizeAll()); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// inspection combines the chunks of a prompt of n tokens.
func (l *shown) inspection(n int) Inspection {
	s := Inspection{Layer: l.layer, Attends: l.attention != nil}
	if s.Attends {
		slots := len(l.keys)
		for head := range len(l.attention) / slots {
			kept := make([]float64, n)
			for slot, key := range l.keys {
				if key > 0 && int(key) <= n {
					kept[key-1] += float64(l.attention[head*slots+slot])
				}
			}
			s.Kept = append(s.Kept, kept)
		}
		return s
	}
	for channel := range l.decays[0] {
		kept, sum := make([]float64, n), 0.0
		for t := n - 1; t >= 0; t-- { // what token t wrote decays with each later step
			kept[t] = math.Exp(sum)
			sum += float64(l.decays[t][channel])
		}
		s.Kept = append(s.Kept, kept)
	}
	return s
}
