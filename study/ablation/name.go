package ablation

import (
	"fmt"
	"strings"

	"longseq/study/training"
)

// nameOf returns the name of a variant of the grid: "d_state=8-headdim=16", by the last part of each key, or by all of it
// where two axes share that.
func (p Plan) nameOf(settings []training.Setting) string {
	count := map[string]int{}
	for _, s := range settings {
		count[last(s.Key)]++
	}
	var parts []string
	for _, s := range settings {
		key := last(s.Key)
		if count[key] > 1 {
			key = s.Key
		}
		parts = append(parts, safe(key+"="+valueText(s.Value)))
	}
	return strings.Join(parts, "-")
}

// last is the part of a key behind its last dot.
func last(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// safe replaces characters that do not belong into the name of a folder.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._+=-", r):
			return r
		}
		return '_'
	}, s)
}

// modelName is the name of a model's folder and its name in sweeps: base, variant and, where the plan lists seeds, the
// training seed: "mamba2-d_state=8-seed=2". Seed 1 of a base as it is, which is what is trained where nothing is said, is
// known by the base's name.
func (p Plan) modelName(v Variant, seed int64) string {
	name := v.Base
	if v.Name != "" {
		name += "-" + v.Name
	}
	if len(p.TrainSeeds) > 0 && (v.Name != "" || seed != 1) {
		name += fmt.Sprintf("-seed=%d", seed)
	}
	return name
}
