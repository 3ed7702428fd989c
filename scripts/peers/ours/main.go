// Command ours is longseq's side of `make peers`: it makes a model of a configuration, saves its weights for the others,
// and repeats a training step, or the logits of all positions, each time a line is read. It prints a line of JSON a time:
// the seconds, the loss (0 for logits, which it saves as logits.f32 beside the weights) and the floating point operations.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
)

func main() {
	config := flag.String("config", "", "`FILE` of the model's configuration")
	input := flag.String("input", "", "`FILE` of rows of tokens and targets, as JSON")
	save := flag.String("save", "", "`FOLDER` for the weights")
	forward := flag.Bool("forward", false, "compute logits, in place of a training step")
	flag.Parse()
	if err := run(*config, *input, *save, *forward); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// rows are the rows of every step.
type rows struct {
	Tokens, Targets [][]int32
}

// Batch is [train.Samples].
func (r rows) Batch(int, int, int, int) (tokens, targets []int32) {
	for i := range r.Tokens {
		tokens, targets = append(tokens, r.Tokens[i]...), append(targets, r.Targets[i]...)
	}
	return tokens, targets
}

func run(config, input, save string, forward bool) error {
	raw, err := os.ReadFile(config)
	if err != nil {
		return err
	}
	a, err := lcmodels.ParseConfig(raw)
	if err != nil {
		return err
	}
	var r rows
	if raw, err = os.ReadFile(input); err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		return err
	}
	b, err := backend.Open("xla:cpu")
	if err != nil {
		return err
	}
	defer b.Finalize()
	recipe := train.DefaultRecipe()
	recipe.Steps, recipe.LR, recipe.Warmup, recipe.FinalLR = 1<<30, 1e-3, 0, 1
	recipe.Rows, recipe.Length = len(r.Tokens), len(r.Tokens[0])
	t, err := train.New(b, a, recipe)
	if err != nil {
		return err
	}
	weights, err := t.Weights()
	if err != nil {
		return err
	}
	if forward {
		if err := disturb(weights); err != nil {
			return err
		}
	}
	m := &lcmodels.Model{Name: a.Name(), Architecture: a, Weights: weights}
	if err := m.Save(save, nil); err != nil {
		return err
	}
	calls := &calls{lines: bufio.NewScanner(os.Stdin), flops: flops(a, len(r.Tokens), len(r.Tokens[0]))}
	if forward {
		return readAll(b, m, r, calls, filepath.Join(save, "logits.f32"))
	}
	calls.flops *= 3 // the backward pass counts as two forward
	if !calls.wait() {
		return nil
	}
	return t.Run(context.Background(), r, func(p train.Progress) { calls.done(p.Loss) })
}

// disturb moves weights from their initial values, so that no term of the logits is nought.
func disturb(weights []*tensors.Tensor) error {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, w := range weights {
		err := tensors.MutableFlatData(w, func(values []float32) {
			for i := range values {
				values[i] += 0.02 * float32(rng.NormFloat64())
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// flops counts the operations of the logits of all positions of batch rows of length tokens.
func flops(a lcmodels.Architecture, batch, length int) int64 {
	token := lcmodels.FLOPs(a, 1) - a.MixerFLOPs(1) // with its logits
	return int64(batch) * (int64(length)*token + a.MixerFLOPs(length))
}

// readAll computes the logits of all positions of the rows, again and again, and saves them.
func readAll(b *backend.Backend, m *lcmodels.Model, r rows, calls *calls, save string) error {
	exec, err := NewExec(b, func(in []*Node) []*Node {
		w, err := lcmodels.NewWeights(m.Architecture.Weights(), in[1:], in[1].DType())
		if err != nil {
			panic(err)
		}
		return []*Node{lcmodels.Forward(m.Architecture, w, lcmodels.Chunk{Tokens: in[0]})}
	})
	if err != nil {
		return err
	}
	inputs := []any{tensors.FromValue(r.Tokens)}
	for _, w := range m.Weights {
		inputs = append(inputs, w)
	}
	for first := true; calls.wait(); first = false {
		logits, err := exec.Exec1(inputs...)
		if err != nil {
			return err
		}
		var failed error
		err = logits.ConstBytes(func(values []byte) { // waits for them
			took := time.Since(calls.begun)
			if first {
				failed = os.WriteFile(save, values, 0o644)
			}
			calls.tell(took, 0)
		})
		if err := errors.Join(err, failed, logits.FinalizeAll()); err != nil {
			return err
		}
	}
	return nil
}

// calls are what the other side asks for.
type calls struct {
	lines *bufio.Scanner
	begun time.Time
	flops int64
}

// wait waits for a call, and returns false after the last.
func (c *calls) wait() bool {
	if !c.lines.Scan() {
		return false
	}
	c.begun = time.Now()
	return true
}

// tell says how long a call took and what it gave.
func (c *calls) tell(took time.Duration, result float64) {
	fmt.Printf("{\"seconds\": %g, \"result\": %g, \"flops\": %d}\n", took.Seconds(), result, c.flops)
}

// done says what a call gave, and waits for the next. After the last it ends the program.
func (c *calls) done(result float64) {
	c.tell(time.Since(c.begun), result)
	if !c.wait() {
		os.Exit(0)
	}
}
