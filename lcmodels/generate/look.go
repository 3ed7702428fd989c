package generate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/lcmodels"
)

// Seen is what one layer has of each token of a prompt when the last one is read.
type Seen struct {
	// Layer is its number, from 0.
	Layer int
	// Attends says whether it is attention: then Kept are the last token's weights, which add up to 1 over the
	// tokens. Of a recurrent layer they are what its decay leaves of what a token wrote: a number of its own for
	// each, whatever was written.
	Attends bool
	// Kept [heads or channels][tokens], 0 to 1. Of many channels some are taken, evenly.
	Kept [][]float64
}

// Look reads a prompt from the start and returns what its layers have of it at the end, in the order of layers.
func (r *Reader) Look(ctx context.Context, prompt []int32) ([]Seen, error) {
	if len(prompt) == 0 {
		return nil, fmt.Errorf("look into %s: the prompt is empty", r.model.Name)
	}
	if err := r.known([][]int32{prompt}); err != nil {
		return nil, err
	}
	var names []string
	exec, err := newExecutor(r, func(in []*Node) []*Node {
		w, s := r.unpack(in[2:])
		probe := &lcmodels.Probe{}
		// What the last block makes of the last tokens is not wanted, but the state behind it is.
		r.model.Architecture.Hidden(w, lcmodels.Input{Tokens: in[0], Valid: in[1], Probe: probe}, s)
		names = probe.Names
		return append(probe.Nodes(), s.Nodes()...)
	})
	if err != nil {
		return nil, err
	}
	var layers []*look
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
			return nil, fmt.Errorf("look into %s: %w", r.model.Name, err)
		}
		if err := s.Free(); err != nil {
			return nil, err
		}
		s = &lcmodels.State{Specs: s.Specs, Tensors: out[len(names):], Batch: 1, Slots: s.Slots, Used: s.Used + int(valid[0])}
		if layers, err = looked(layers, names, out[:len(names)], int(valid[0])); err != nil {
			return nil, fmt.Errorf("look into %s: %w", r.model.Name, err)
		}
	}
	seen := make([]Seen, len(layers))
	for i, l := range layers {
		seen[i] = l.seen(len(prompt))
	}
	return seen, s.Free()
}

// look is what a layer has shown so far.
type look struct {
	layer     int
	decays    [][]float32 // logarithms, [token][channel]
	attention []float32   // [head][slot], of the last chunk
	keys      []int32     // 1 + position of each slot, of the last chunk
}

// looked adds what a chunk of n tokens has shown.
func looked(layers []*look, names []string, shown []*tensors.Tensor, n int) ([]*look, error) {
	for i, name := range names {
		number, what, _ := strings.Cut(name, ".")
		var layer int
		if _, err := fmt.Sscan(number, &layer); err != nil {
			return nil, fmt.Errorf("%s is of no layer: %w", name, err)
		}
		if len(layers) == 0 || layers[len(layers)-1].layer < layer {
			layers = append(layers, &look{layer: layer})
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
			flat, err = tensors.CopyFlatData[float32](shown[i])
			channels := shown[i].Shape().Dim(2)
			for t := range n {
				l.decays = append(l.decays, flat[t*channels:(t+1)*channels])
			}
		case lcmodels.ProbeAttention:
			l.attention, err = tensors.CopyFlatData[float32](shown[i])
		case lcmodels.ProbeKeys:
			l.keys, err = tensors.CopyFlatData[int32](shown[i])
		}
		if err = errors.Join(err, shown[i].FinalizeAll()); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// seen puts together what is left of each of n tokens.
func (l *look) seen(n int) Seen {
	s := Seen{Layer: l.layer, Attends: l.attention != nil}
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
		for t := n - 1; t >= 0; t-- { // what token t wrote decays with the steps behind it
			kept[t] = math.Exp(sum)
			sum += float64(l.decays[t][channel])
		}
		s.Kept = append(s.Kept, kept)
	}
	return s
}
