package generate

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
)

var (
	largeDir   = flag.String("large", "", "folder in which to write a model of 2.7 billion random bfloat16 weights (5.4 GB) and read with it")
	largeModel = flag.String("large-model", "mamba2", "its architecture: mamba2 or llama")
	largeDots  = flag.String("large-dots", "f32", "type of its dots: f32 or bf16")
)

// largeModels have published sizes.
var largeModels = map[string]string{"mamba2": "state-spaces/mamba2-2.7b", "llama": "princeton-nlp/Sheared-LLaMA-2.7B"}

// TestAPublishedSizeRunsHere writes a checkpoint of the size of state-spaces/mamba2-2.7b or of
// princeton-nlp/Sheared-LLaMA-2.7B, unless the folder has one already, reads 2,048 tokens with it and decodes 32.
// It is run by
//
//	go test ./lcmodels/generate -run PublishedSize -v -timeout 1h -large /tmp/large
func TestAPublishedSizeRunsHere(t *testing.T) {
	if *largeDir == "" {
		t.Skip("needs -large DIR, 5.4 GB of disk and 10 GB of memory")
	}
	a, err := lcmodels.Published(largeModels[*largeModel])
	if err != nil {
		t.Fatalf("-large-model is %q: want mamba2 or llama", *largeModel)
	}
	writeLarge(t, *largeDir, a)
	m, err := lcmodels.Load(*largeDir)
	if err != nil {
		t.Fatal(err)
	}
	if m.Dots, err = lcmodels.ParseDots(*largeDots); err != nil {
		t.Fatal(err)
	}
	b := backendtest.Open(t, "")
	defer b.Finalize()
	begin := time.Now()
	r, err := NewReader(b, m, DefaultChunk)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d parameters on the device after %.1f s; memory %s", lcmodels.Params(m.Architecture), time.Since(begin).Seconds(), memory())

	const prompt, decode = 2048, 32
	tokens := make([]int32, prompt)
	for i := range tokens {
		tokens[i] = int32(i * 7919 % min(50000, a.Vocab()))
	}
	// Compiled first, on a prompt of one chunk.
	begin = time.Now()
	if _, err := r.Answer(t.Context(), []Question{{Prompt: tokens[:DefaultChunk], MaxNewTokens: 2}}); err != nil {
		t.Fatal(err)
	}
	t.Logf("compiled, and one chunk read, after %.1f s", time.Since(begin).Seconds())
	for round := range 2 {
		answers, err := r.Answer(t.Context(), []Question{{Prompt: tokens, MaxNewTokens: decode}})
		if err != nil {
			t.Fatal(err)
		}
		a := answers[0]
		if len(a.Tokens) != decode {
			t.Fatalf("%d tokens answered, want %d", len(a.Tokens), decode)
		}
		rate := (decode - 1) / a.Decode.Seconds()
		t.Logf("round %d, %s: %d tokens read in %.1f s (%.1f tokens/s, %.1f GFLOP/s), %d decoded in %.2f s (%.2f tokens/s, %.1f GB/s of weights); memory %s", round, b.Found.Name,
			prompt, a.Prefill.Seconds(), prompt/a.Prefill.Seconds(), float64(lcmodels.FLOPs(m.Architecture, prompt))/a.Prefill.Seconds()/1e9,
			decode-1, a.Decode.Seconds(), rate, 2*float64(lcmodels.Params(m.Architecture))*rate/1e9, memory())
	}
	if free, known := backend.FreeMemory(b); known {
		t.Logf("%.1f GB of memory are free", float64(free)/1e9)
	}
}

// memory returns what the process takes, now and at most.
func memory() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "not known"
	}
	var parts []string
	for line := range strings.Lines(string(status)) {
		for _, key := range []string{"RssAnon", "VmRSS", "VmHWM"} {
			if strings.HasPrefix(line, key) {
				parts = append(parts, strings.Join(strings.Fields(line), " "))
			}
		}
	}
	return strings.Join(parts, ", ")
}

// writeLarge writes config.json and model.safetensors. Its matrices are windows on one block of random values, so
// that no more than the largest is in memory.
func writeLarge(t *testing.T, dir string, a lcmodels.Architecture) {
	t.Helper()
	path := filepath.Join(dir, "model.safetensors")
	if _, err := os.Stat(path); err == nil {
		return
	}
	config, err := lcmodels.FormatConfig(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), config, 0o644); err != nil {
		t.Fatal(err)
	}
	const maxValues = 50288*2560 + 1<<20 // the largest matrix, and room for the windows
	block := make([]byte, 2*maxValues)
	random := rand.New(rand.NewPCG(1, 2))
	for i := 0; i < len(block); i += 2 {
		bfloat16(block[i:], 0.02*random.NormFloat64())
	}
	var all []checkpoint.Tensor
	for i, spec := range a.Weights() {
		data := block[2*(i*4099%(1<<20)):][:2*spec.Size()]
		if !spec.Decays() { // norms, decays and biases begin as in training
			data = bytes.Clone(data)
			for j := range spec.Size() {
				bfloat16(data[2*j:], spec.Initial(j, random.NormFloat64()))
			}
		}
		tensor, err := checkpoint.NewTensor(spec.Name, checkpoint.BF16, spec.Dims, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, tensor)
	}
	if err := checkpoint.WriteSafetensors(path, all, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("wrote %s, %.2f GB\n", path, float64(info.Size())/1e9)
}

// bfloat16 writes a value's upper half.
func bfloat16(to []byte, value float64) {
	bits := math.Float32bits(float32(value)) >> 16
	to[0], to[1] = byte(bits), byte(bits>>8)
}
