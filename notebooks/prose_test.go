package notebooks

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/data/recall"
	"longseq/kernelsrc/jupyter/nbformat"
	"longseq/study"
	"longseq/study/compare"
)

var models = []string{"transformerpp", "llama", "mamba2", "mamba2attn", "rwkv6", "griffin"}

// checkProse checks what 00-needles says of its results between the cells, whose own sentences come from tests: in the committed
// notebook, and of the sizes of states in the store of a fresh run.
func checkProse(t *testing.T, committed *nbformat.Notebook, results string) {
	t.Helper()
	tables := map[string]score{}
	for _, cell := range committed.Cells {
		for name, s := range scores(cell) {
			if _, twice := tables[name]; !twice {
				tables[name] = s
			}
		}
	}
	in := func(model, format string, length int) float64 {
		return tables[fmt.Sprintf("%s %s %d", model, format, length)].center
	}
	says := func(claim string, holds bool) {
		if !holds {
			t.Errorf("the notebook says, and its numbers do not: %s", claim)
		}
	}
	for _, length := range []int{256, 512, 1024} {
		says(fmt.Sprintf("the tests place Llama below Mamba-2 at %d tokens", length), found(committed, length, "Mamba-2", "Llama"))
	}
	share := func(factor string) score { return tables[factor+" share"] }
	says("scores depend most on the questions, then on the length", share("sample").low > share("length").high &&
		share("length").low > 2*max(share("architecture").high, share("depth").high))
	says("the architecture and the depth have a few percent each", max(share("architecture").center, share("depth").center) < 10 &&
		min(share("architecture").low, share("depth").low) > 1)
	says("58 tokens are the longest distance in training rows", recall.LongestDistance(64) == 58)

	numbers := 0
	hardest := 0
	for _, m := range models {
		for _, haystack := range []string{"essay", "noise", "needles"} {
			if in(m, haystack+"-word-number", 256) < in(m, haystack+"-word-word", 256) {
				numbers++
			}
		}
		if in(m, "needles-word-word", 256) <= min(in(m, "essay-word-word", 256), in(m, "noise-word-word", 256)) {
			hardest++
		}
	}
	says("at 256 tokens most models find the fewest words in a haystack of needles", hardest >= 4)
	says("most models find fewer numbers than words", numbers >= 15)

	store, err := study.OpenStore(filepath.Join(results, "needles"))
	if err != nil {
		t.Fatal(err)
	}
	sd, ok := compare.SeedSD(compare.Of(store.Records))
	says(fmt.Sprintf("longseq power: trainings differ by %v on the logit, and not by %.2f", compare.UsualSeedSD, sd), ok && math.Abs(sd-compare.UsualSeedSD) < 0.1)

	about := map[string][]int64{}
	resolved, err := study.ReadResolved(filepath.Join(results, "needles"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range resolved.Models {
		about[m.Name] = m.StateBytes
	}
	says("RWKV-6 carries 13 kB at any length", kilobytes(about["rwkv6"][0]) == 13 && slices.Max(about["rwkv6"]) == about["rwkv6"][0])
	says("Mamba-2 carries 76 kB at any length", kilobytes(about["mamba2"][0]) == 76 && slices.Max(about["mamba2"]) == about["mamba2"][0])
	says("Llama and Transformer++ carry a megabyte at 1,024 tokens", about["llama"][4]>>20 == 1 && about["transformerpp"][4]>>20 == 1)
}

func kilobytes(bytes int64) float64 { return math.Round(float64(bytes) / 1000) }

// found reports whether the committed findings say that one architecture is above another at a length.
func found(committed *nbformat.Notebook, length int, above, below string) bool {
	for _, cell := range committed.Cells {
		for line := range strings.Lines(shown(cell)) {
			rest, ok := strings.CutPrefix(strings.TrimSpace(line), fmt.Sprintf("- At %d tokens ", length))
			for clause := range strings.SplitSeq(strings.TrimSuffix(rest, "."), "; ") {
				higher, lower, compared := strings.Cut(clause, " above ")
				if ok && compared && has(higher, above) && has(lower, below) {
					return true
				}
			}
		}
	}
	return false
}

// has reports whether a list such as "Mamba-2 and Mamba-2 + attention are" has a name.
func has(list, name string) bool {
	list = strings.TrimSuffix(strings.TrimSuffix(list, " is"), " are")
	return slices.Contains(strings.Split(strings.ReplaceAll(list, " and ", ", "), ", "), name)
}
