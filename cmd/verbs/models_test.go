package verbs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/internal/shared"
	"longseq/lcmodels/checkpoint"
)

// goldenFolder is a checkpoint with the outputs of its reference implementation.
type goldenFolder struct {
	dir, model string
	tensors    *checkpoint.Checkpoint
	tolerance  float64
}

func openGolden(t *testing.T, name string) goldenFolder {
	t.Helper()
	g := goldenFolder{dir: filepath.Join("../../lcmodels/testdata", name)}
	if strings.HasPrefix(name, "real/") {
		g.dir = shared.Dir(t, "fixtures/"+name)
	}
	g.model = g.dir
	if files, _ := filepath.Glob(filepath.Join(g.dir, "*.pth")); len(files) > 0 {
		g.model = files[0]
	}
	raw, err := os.ReadFile(filepath.Join(g.dir, "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var notes struct {
		Tolerance struct {
			Logits float64 `json:"logits_abs"`
		}
	}
	if err := json.Unmarshal(raw, &notes); err != nil {
		t.Fatal(err)
	}
	g.tolerance = notes.Tolerance.Logits
	if g.tensors, err = checkpoint.Open(filepath.Join(g.dir, "golden.safetensors")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.tensors.Close() })
	return g
}

// rows returns a golden tensor [B][T] of tokens.
func (g goldenFolder) rows(t *testing.T, name string) [][]int32 {
	t.Helper()
	tensor, err := g.tensors.Tensor(name)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]int32, tensor.Shape[0])
	for i, v := range tensor.Float32() {
		rows[i/tensor.Shape[1]] = append(rows[i/tensor.Shape[1]], int32(v))
	}
	return rows
}

// writeRows writes tokens as --tokens-file wants them.
func writeRows(t *testing.T, rows [][]int32) string {
	t.Helper()
	raw, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tokens.json")
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// call runs the program and returns what it printed.
func call(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if status := run(t.Context(), args, &out, &errOut); status != 0 {
		t.Fatalf("longseq %s: status %d: %s", strings.Join(args, " "), status, errOut.String())
	}
	if errOut.Len() > 0 {
		t.Errorf("longseq %s: on standard error: %s", strings.Join(args, " "), errOut.String())
	}
	return out.String()
}

// logitsOf calls the verb logits and returns the values it wrote.
func logitsOf(t *testing.T, model string, rows [][]int32, flags ...string) checkpoint.Tensor {
	t.Helper()
	out := filepath.Join(t.TempDir(), "logits.safetensors")
	call(t, append([]string{"logits", model, "--tokens-file", writeRows(t, rows), "--out", out}, flags...)...)
	c, err := checkpoint.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	tensor, err := c.Tensor("logits")
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

// compare checks values against golden ones.
func compare(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	worst := 0.0
	for i := range got {
		worst = max(worst, math.Abs(float64(got[i])-float64(want[i])))
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: differ by %.3g, allowed %g", what, worst, tolerance)
	}
	t.Logf("%s: largest difference %.3g of %g allowed", what, worst, tolerance)
}

// goldens are folders of lcmodels/testdata, random weights in the published forms, one of each architecture and
// layout (lcmodels tests them all), and trained ones of shared/fixtures.
var goldens = []string{
	"models/mamba2attn", "models/llama", "models/rwkv6-pth", "models/recurrentgemma-it-bf16",
	"real/llama-stories260k", "real/transformerpp-stories260k", "real/rwkv6-tiny1m",
}

func TestTheVerbLogitsWritesTheReferencesLogits(t *testing.T) {
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			want, err := g.tensors.Tensor("logits")
			if err != nil {
				t.Fatal(err)
			}
			got := logitsOf(t, g.model, g.rows(t, "tokens"), "--chunk", "40") // divides none of the lengths
			if !slices.Equal(got.Shape, want.Shape) {
				t.Fatalf("logits are shaped %v, want %v", got.Shape, want.Shape)
			}
			compare(t, "logits", got.Float32(), want.Float32(), g.tolerance)
		})
	}
}

func TestLongPromptsEndInTheReferencesLogits(t *testing.T) {
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			want, err := g.tensors.Float32("long_logits_last4")
			if err != nil {
				t.Fatal(err)
			}
			got := logitsOf(t, g.model, g.rows(t, "long_tokens"), "--chunk", "128").Float32()
			compare(t, "last four positions", got[len(got)-len(want):], want, g.tolerance)
		})
	}
}

func TestTheVerbGenerateContinuesAsTheReferencesDo(t *testing.T) {
	for _, name := range goldens {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			want := g.rows(t, "greedy_tokens")[0]
			prompt := g.rows(t, "greedy_prompt")
			out := call(t, "generate", g.model, "--tokens-file", writeRows(t, append(prompt, prompt...)),
				"--max-new-tokens", fmt.Sprint(len(want)), "--ignore-eos", "--json")
			var got struct {
				Tokens [][]int32
				Text   []string
			}
			if err := json.Unmarshal([]byte(out), &got); err != nil {
				t.Fatal(err)
			}
			for _, row := range got.Tokens {
				if !slices.Equal(row, want) {
					t.Errorf("continues %v, want %v", row, want)
				}
			}
		})
	}
}

func TestATrainedModelTellsTheStoryThatItsMakersPublished(t *testing.T) {
	for _, name := range []string{"real/llama-stories260k", "real/transformerpp-stories260k"} {
		t.Run(name, func(t *testing.T) {
			g := openGolden(t, name)
			raw, err := os.ReadFile(filepath.Join(g.dir, "golden.json"))
			if err != nil {
				t.Fatal(err)
			}
			var notes struct{ Published struct{ Story string } }
			if err := json.Unmarshal(raw, &notes); err != nil {
				t.Fatal(err)
			}
			out := call(t, "generate", g.model, "--tokens-file", writeRows(t, [][]int32{{1}}), "--max-new-tokens", "256")
			if got := strings.TrimSuffix(out, "\n"); got != notes.Published.Story {
				t.Errorf("tells\n%s\nwant\n%s", got, notes.Published.Story)
			}
		})
	}
}

func TestATrainedRWKVGivesTheLogitsThatItsMakersPublished(t *testing.T) {
	g := openGolden(t, "real/rwkv6-tiny1m")
	want, err := g.tensors.Float32("published_logits")
	if err != nil {
		t.Fatal(err)
	}
	const published = 2.1e-4 // golden.json: published_logits_abs
	got := logitsOf(t, g.model, g.rows(t, "published_tokens")).Float32()
	compare(t, "after the last token", got[len(got)-len(want):], want, published)
}

func TestAQuirkIsAskedForByName(t *testing.T) {
	for _, c := range []struct {
		model, golden, quirk string
		length               int
		chunk                string
	}{
		{"models/mamba2attn", "quirk_decode_logits", "mamba-ssm-decode", 30, "24"},
		{"models/recurrentgemma", "quirk_hf2024_last8_logits", "transformers-2024", 96, "90"},
		{"models/recurrentgemma", "deepmind_logits", "deepmind-window", 96, "50"},
	} {
		t.Run(c.quirk, func(t *testing.T) {
			g := openGolden(t, c.model)
			want, err := g.tensors.Float32(c.golden)
			if err != nil {
				t.Fatal(err)
			}
			rows := [][]int32{g.rows(t, "tokens")[0][:c.length]}
			got := logitsOf(t, g.model, rows, "--chunk", c.chunk, "--quirk", c.quirk).Float32()
			compare(t, c.golden, got[len(got)-len(want):], want, g.tolerance)
		})
	}
}

func TestGenerateTakesTheWholePromptAsPrefillOfAQuirk(t *testing.T) {
	g := openGolden(t, "models/recurrentgemma")
	prompt := [][]int32{g.rows(t, "long_tokens")[0][:530]} // more than a default chunk
	out := call(t, "generate", g.model, "--tokens-file", writeRows(t, prompt), "--max-new-tokens", "3", "--ignore-eos", "--quirk", "transformers-2024", "--json")
	var got struct{ Tokens [][]int32 }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	// The most likely tokens according to the verb logits, which reads the first chunk as the prompt.
	rows := [][]int32{append(slices.Clone(prompt[0]), got.Tokens[0]...)}
	logits := logitsOf(t, g.model, rows, "--chunk", "530", "--quirk", "transformers-2024")
	vocab, values := logits.Shape[2], logits.Float32()
	for i, token := range got.Tokens[0] {
		at := (len(prompt[0]) - 1 + i) * vocab
		behind := values[at : at+vocab]
		if best := slices.Max(behind); behind[token] != best {
			t.Errorf("token %d is %d with logit %g, the best has %g", i, token, behind[token], best)
		}
	}
}
