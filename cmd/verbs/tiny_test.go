package verbs

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/rogpeppe/go-internal/testscript"

	"longseq/lcmodels"
)

// tinyModels are what the script command `tinymodel` can make.
var tinyModels = map[string]func() lcmodels.Architecture{
	"llama": func() lcmodels.Architecture {
		return lcmodels.Llama{HiddenSize: 8, IntermediateSize: 16, NLayers: 1, NHeads: 2, NKVHeads: 1, VocabSize: 24,
			RMSEps: 1e-5, RopeTheta: 1e4, EmbeddingStd: 1}
	},
	"mamba2": func() lcmodels.Architecture {
		c := lcmodels.DefaultMambaSSM()
		c.DModel, c.NLayer, c.VocabSize, c.VocabMultiple = 8, 1, 20, 8
		c.SSM.Layer, c.SSM.DState, c.SSM.HeadDim = "Mamba2", 4, 4
		return c
	},
}

// tinyModel is the script command `tinymodel FOLDER ARCHITECTURE [diverged]`: it writes an untrained model, or one
// whose weights are NaN.
func tinyModel(ts *testscript.TestScript, neg bool, args []string) {
	diverged := len(args) == 3 && args[2] == "diverged"
	if neg || len(args) != 2 && !diverged || tinyModels[args[1]] == nil {
		ts.Fatalf("usage: tinymodel FOLDER ARCHITECTURE [diverged]")
	}
	random := rand.New(rand.NewPCG(1, 2))
	m := &lcmodels.Model{Name: args[0], Architecture: tinyModels[args[1]]()}
	for _, spec := range m.Architecture.Weights() {
		values := make([]float32, spec.Size())
		for i := range values {
			values[i] = float32(spec.Initial(i, random.NormFloat64()))
			if diverged {
				values[i] = float32(math.NaN())
			}
		}
		m.Weights = append(m.Weights, tensors.FromFlatDataAndDimensions(values, spec.Dims...))
	}
	ts.Check(m.Save(ts.MkAbs(args[0]), nil))
}
