package train

import (
	"hash/fnv"
	"math/rand/v2"

	"longseq/lcmodels"
)

// initialParameters draws the weights before training, in the order of Architecture.Weights. Each weight has its own
// generator, seeded by the recipe's seed and its name, so that adding a weight changes no other.
func initialParameters(a lcmodels.Architecture, seed uint64) []float32 {
	var flat []float32
	for _, spec := range a.Weights() {
		h := fnv.New64a()
		h.Write([]byte(spec.Name))
		r := rand.New(rand.NewPCG(seed, h.Sum64()))
		for i := range spec.Size() {
			flat = append(flat, float32(spec.Initial(i, r.NormFloat64())))
		}
	}
	return flat
}
