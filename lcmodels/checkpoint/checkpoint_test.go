package checkpoint

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/internal/shared"
)

// open opens a checkpoint for the length of a test.
func open(t testing.TB, path string) *Checkpoint {
	t.Helper()
	c, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// fixture returns the folder of a model: a random one of this repository, or a trained one of internal/shared.
func fixture(t testing.TB, name string) string {
	t.Helper()
	if strings.HasPrefix(name, "real/") {
		return shared.Dir(t, "fixtures/"+name)
	}
	return filepath.Join("../testdata", name)
}

func TestEveryFormHoldsTheSameTensors(t *testing.T) {
	want := open(t, "testdata/formats/views.safetensors")
	for _, name := range []string{"views.bin", "views-legacy.bin", "ordered-parameters.bin", "nested.bin"} {
		t.Run(name, func(t *testing.T) {
			got := open(t, filepath.Join("testdata/formats", name))
			if !slices.Equal(got.Names(), want.Names()) {
				t.Fatalf("names %v, want %v", got.Names(), want.Names())
			}
			for _, tensor := range want.Names() {
				a, _ := got.Tensor(tensor)
				b, _ := want.Tensor(tensor)
				if !a.equal(b) || !slices.Equal(a.Float32(), b.Float32()) {
					t.Errorf("%s: %v %v %v, want %v %v %v", tensor, a.DType, a.Shape, a.Float32(), b.DType, b.Shape, b.Float32())
				}
			}
			if got.Digest() != want.Digest() {
				t.Errorf("digest %s, want %s", got.Digest(), want.Digest())
			}
		})
	}
}

func TestEveryTypeWidensToItsValues(t *testing.T) {
	data, err := os.ReadFile("testdata/formats/dtypes.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]float64
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dtypes.bin", "dtypes.safetensors"} {
		c := open(t, filepath.Join("testdata/formats", name))
		if len(c.Names()) != len(want) {
			t.Fatalf("%s: names %v, want %d", name, c.Names(), len(want))
		}
		for _, tensor := range c.Names() {
			got, err := c.Float32(tensor)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want[tensor]) {
				t.Fatalf("%s %s: %v, want %v", name, tensor, got, want[tensor])
			}
			for i, v := range want[tensor] {
				if got[i] != float32(v) {
					t.Errorf("%s %s: %v, want %v", name, tensor, got, want[tensor])
				}
			}
		}
	}
}

func TestTiedTensorsAreSharedInPyTorchAndEqualInSafetensors(t *testing.T) {
	torch, safe := open(t, "testdata/formats/views.bin"), open(t, "testdata/formats/views.safetensors")
	if !torch.Equal("whole", "whole") || torch.Equal("whole", "tail") || torch.Equal("whole", "not there") {
		t.Error("Equal: whole equals itself only")
	}
	if torch.tensors["whole"].shares(torch.tensors["tail"]) || safe.tensors["whole"].shares(safe.tensors["transposed"]) {
		t.Error("other views of a storage are not the same values")
	}
	if !torch.tensors["whole"].shares(torch.tensors["whole"]) {
		t.Error("a view shares with itself")
	}
}

func TestAMissingTensorIsNamed(t *testing.T) {
	c := open(t, "testdata/formats/views.bin")
	for _, read := range []func() error{
		func() error { _, err := c.Tensor("lm_head.weight"); return err },
		func() error { _, err := c.Float32("lm_head.weight"); return err },
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), `"lm_head.weight"`) || !strings.Contains(err.Error(), "views.bin") {
			t.Errorf("error %v names neither file nor tensor", err)
		}
	}
}

// Counts are those that Python's zipfile, pickletools and json find in the same files, plus one where a head is
// tied (the pickle holds it once, under two names); sizes follow from the
// dimensions of each configuration.
func TestPublishedFormsOpen(t *testing.T) {
	for _, row := range []struct {
		folder, embedding string
		tensors           int
		dtype             DType
		shape             []int
	}{
		{"models/mamba2", "backbone.embedding.weight", 30, F32, []int{256, 64}},
		{"models/mamba2-bf16", "backbone.embedding.weight", 30, BF16, []int{256, 64}},
		{"models/mamba2attn", "backbone.embedding.weight", 31, F32, []int{256, 64}},
		{"models/transformerpp", "backbone.embedding.weight", 27, F32, []int{256, 64}},
		{"models/rwkv6", "rwkv.embeddings.weight", 90, F32, []int{256, 48}},
		{"models/rwkv6-pth", "emb.weight", 90, BF16, []int{256, 48}},
		{"models/llama", "model.embed_tokens.weight", 33, F32, []int{320, 64}},
		{"models/llama-sharegpt-bf16", "model.embed_tokens.weight", 30, BF16, []int{320, 64}},
		{"models/recurrentgemma", "model.embed_tokens.weight", 112, F32, []int{256, 48}},
		{"models/recurrentgemma-it-bf16", "model.embed_tokens.weight", 78, BF16, []int{256, 80}},
		{"real/llama-stories260k", "model.embed_tokens.weight", 47, F32, []int{512, 64}},
		{"real/transformerpp-stories260k", "backbone.embedding.weight", 33, F32, []int{512, 64}},
		{"real/rwkv6-tiny1m", "emb.weight", 342, BF16, []int{256, 64}},
	} {
		t.Run(row.folder, func(t *testing.T) {
			c := open(t, fixture(t, row.folder))
			if n := len(c.Names()); n != row.tensors {
				t.Errorf("%d tensors, want %d", n, row.tensors)
			}
			e, err := c.Tensor(row.embedding)
			if err != nil {
				t.Fatal(err)
			}
			if e.DType != row.dtype || !slices.Equal(e.Shape, row.shape) {
				t.Errorf("%s is %v of %s, want %v of %s", e.Name, e.Shape, e.DType, row.shape, row.dtype)
			}
		})
	}
}

func TestTiedHeadsOfPublishedFormsAreShared(t *testing.T) {
	c := open(t, fixture(t, "models/mamba2"))
	if !c.tensors["lm_head.weight"].shares(c.tensors["backbone.embedding.weight"]) {
		t.Error("lm_head and embedding of mamba2 have one storage in the file")
	}
	if want := int64(584264); c.Bytes() != want { // all storages of the zip: lm_head counts once
		t.Errorf("%d bytes, want %d", c.Bytes(), want)
	}
}

// Both folders hold karpathy's stories260K, laid out by different hands in different formats.
func TestTheSameWeightsInTwoFormatsAreEqual(t *testing.T) {
	llama := open(t, fixture(t, "real/llama-stories260k"))
	plus := open(t, fixture(t, "real/transformerpp-stories260k"))
	for a, b := range map[string]string{
		"model.embed_tokens.weight":              "backbone.embedding.weight",
		"model.layers.4.self_attn.o_proj.weight": "backbone.layers.4.mixer.out_proj.weight",
		"model.layers.0.input_layernorm.weight":  "backbone.layers.0.norm.weight",
		"model.norm.weight":                      "backbone.norm_f.weight",
	} {
		x, err := llama.Float32(a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := plus.Float32(b)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x, y) {
			t.Errorf("%s and %s differ", a, b)
		}
	}
}
