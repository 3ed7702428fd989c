package notebooks

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"longseq/kernelsrc/jupyter/nbformat"
	"longseq/study"
	"longseq/study/report"
)

var models = []string{"transformerpp", "llama", "mamba2", "mamba2attn", "rwkv6", "griffin"}

// checkProse checks what 00-needles says of its results: of the tables, in the committed notebook; of the figures by
// depth and distance, in the stores of a fresh run.
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
	at := func(model string, length int) float64 { return tables[fmt.Sprintf("%s %d", model, length)].center }
	in := func(model, format string, length int) float64 {
		return tables[fmt.Sprintf("%s %s %d", model, format, length)].center
	}
	needles := open(t, filepath.Join(results, "needles"))
	depths := byDepth(needles.In("essay-word"))
	kept := map[string]map[float64]float64{}
	for _, series := range needles.ByDistance() {
		kept[series.Model] = percents(series)
	}
	says := func(claim string, holds bool) {
		if !holds {
			t.Errorf("the notebook says, and its numbers do not: %s", claim)
		}
	}
	every := func(models []string, holds func(model string) bool) bool {
		return !slices.ContainsFunc(models, func(m string) bool { return !holds(m) })
	}

	says("at 64 tokens all are right almost always", every(models, func(m string) bool { return at(m, 64) >= 95 }))
	says("every curve falls", every(models, func(m string) bool { return at(m, 1024) < at(m, 64)-20 }))
	for _, length := range []int{256, 512} {
		says(fmt.Sprintf("at %d tokens Transformer++, Mamba-2 and the hybrid are above RWKV-6, and RWKV-6 above Llama", length),
			every([]string{"transformerpp", "mamba2", "mamba2attn"}, func(m string) bool { return at(m, length) > at("rwkv6", length) }) &&
				at("rwkv6", length) > at("llama", length))
	}
	says("Griffin falls at once and then stays low", at("griffin", 128) < 70 && at("griffin", 256) < 50 && at("griffin", 256)-at("griffin", 1024) < 15)
	says("Llama finds the fewest of all at 1,024 tokens", every(models, func(m string) bool { return at(m, 1024) >= at("llama", 1024) }))

	for _, m := range []string{"transformerpp", "mamba2attn"} {
		for length, of := range depths[m] {
			says(fmt.Sprintf("%s finds the newest needle at %d tokens", m, length), of[100] >= 90)
		}
		says(m+" loses older needles", depths[m][1024][0] < 60)
	}
	ramp := depths["mamba2"][1024]
	says("Mamba-2 is a ramp whose older half is gone at 1,024 tokens", ramp[0] <= 25 && ramp[25] <= 25 && ramp[50] >= ramp[25] && ramp[75] > ramp[50] && ramp[100] > ramp[75])
	for _, m := range []string{"rwkv6", "llama"} {
		for depth, percent := range depths[m][1024] {
			says(fmt.Sprintf("%s loses needles at depth %v, the newest included", m, depth), percent < depths[m][64][depth]-20)
		}
	}
	step := depths["griffin"][1024]
	says("Griffin is a step", step[100] >= 90 && step[0] < 25 && step[25] < 25 && step[50] < 25 && step[75] < 25)

	says("Griffin loses the needle where its window ends", kept["griffin"][32] >= 90 && kept["griffin"][96] <= 35)
	for _, m := range models {
		if m != "griffin" {
			lost := math.Inf(1)
			for distance, percent := range kept[m] {
				if percent < 50 {
					lost = min(lost, distance)
				}
			}
			says(m+" has the needle at the training length and loses it between 2 and 16 times that", kept[m][64] >= 70 && lost >= 128 && lost <= 1024)
		}
	}

	words, numbers := 0, 0
	hardest := 0
	for _, m := range models {
		for _, haystack := range []string{"essay", "noise", "needles"} {
			if in(m, haystack+"-word-word", 64) >= 85 {
				words++
			}
			if in(m, haystack+"-word-number", 256) < in(m, haystack+"-word-word", 256) {
				numbers++
			}
		}
		if in(m, "needles-word-word", 256) <= min(in(m, "essay-word-word", 256), in(m, "noise-word-word", 256)) {
			hardest++
		}
	}
	says("at 64 tokens most words are found in every haystack", words == 18)
	says("at 256 tokens most models find the fewest words in a haystack of needles", hardest >= 4)
	says("most models find fewer numbers than words", numbers >= 15)
	says("RWKV-6 finds fewer numbers than words even at 64 tokens", in("rwkv6", "essay-word-number", 64) < in("rwkv6", "essay-word-word", 64)-10)

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

func open(t *testing.T, dir string) report.Summary {
	t.Helper()
	store, err := study.OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	return report.Of(store, 0.95)
}

// byDepth returns percent right by model, length and depth.
func byDepth(s report.Summary) map[string]map[int]map[float64]float64 {
	all := map[string]map[int]map[float64]float64{}
	for _, panel := range s.ByDepth() {
		for _, series := range panel.Series {
			if all[series.Model] == nil {
				all[series.Model] = map[int]map[float64]float64{}
			}
			all[series.Model][panel.Length] = percents(series)
		}
	}
	return all
}

func percents(series report.Series) map[float64]float64 {
	points := map[float64]float64{}
	for _, p := range series.Points {
		points[p.X] = 100 * p.Center
	}
	return points
}
