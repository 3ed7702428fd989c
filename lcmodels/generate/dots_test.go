package generate

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
)

// What is multiplied with a matrix has 8 bits of a bfloat16, so that logits move by some hundredths of their spread.
func TestDotsInBFloat16RoundALittle(t *testing.T) {
	b := backendtest.Open(t, "")
	t.Cleanup(b.Finalize)
	for _, name := range []string{"mamba2-bf16", "llama-sharegpt-bf16", "recurrentgemma-it-bf16", "rwkv6-pth"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(models, name)
			path := dir
			if files, _ := filepath.Glob(filepath.Join(dir, "*.pth")); len(files) > 0 {
				path = files[0]
			}
			m, err := lcmodels.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			m.Dots = dtypes.BFloat16
			r, err := NewReader(b, m, 32)
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range r.weights {
				if w.DType() != dtypes.BFloat16 {
					t.Errorf("weight %d is %s on the device, want the file's bfloat16", i, w.DType())
				}
			}
			c, err := checkpoint.Open(filepath.Join(dir, "golden.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			tensor, err := c.Tensor("logits")
			if err != nil {
				t.Fatal(err)
			}
			want, vocab := tensor.Float32(), tensor.Shape[2]
			tokens := golden(t, dir, "tokens")[:tensor.Shape[1]]
			var off, spread, worst float64
			err = r.Logits(t.Context(), [][]int32{tokens}, func(_, from int, logits []float32) error {
				for i, got := range logits {
					d := float64(got) - float64(want[from*vocab+i])
					off, spread, worst = off+d*d, spread+float64(got)*float64(got), max(worst, math.Abs(d))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			const few = 0.05 // 2^-8 of each product, over some layers
			if share := math.Sqrt(off / spread); !(share > 0 && share < few) {
				t.Errorf("logits are off by %.3g of their root mean square, want more than 0 and less than %g", share, few)
			} else {
				t.Logf("logits are off by %.2g of their root mean square, at most by %.2g", share, worst)
			}
		})
	}
}
