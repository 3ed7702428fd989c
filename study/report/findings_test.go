package report

import (
	"slices"
	"strings"
	"testing"

	"longseq/study"
	"longseq/study/figure"
)

// trained returns a summary of three models with training seeds, of 200 questions at depths 0 and 100. The share that each gets right at a
// depth varies by a point with the seed.
func trained(seeds int, right map[string][2]int) Summary {
	s := Summary{Confidence: 0.95}
	for _, model := range []string{"mamba2", "llama", "rwkv6"} {
		for seed := range int64(seeds) {
			name := model
			if seed > 0 {
				name += "-seed=" + string(rune('1'+seed))
			}
			s.plan.Models = append(s.plan.Models, study.PinnedModel{Pinned: study.Pinned{Name: name}, Architecture: model,
				Ablated: &study.Ablated{Base: model, TrainSeed: seed + 1}})
			s.Models = append(s.Models, name)
			for i, depth := range []float64{0, 100} {
				for q := range 200 {
					record := &study.Record{Model: name, TrainSeed: seed + 1, Seed: 1, Length: 64, Depth: depth, Sample: q}
					if q*7%200 < 2*right[model][i]+2*int(seed) {
						record.Score = 1
					}
					s.Records = append(s.Records, record)
				}
			}
		}
	}
	return s
}

func TestFindingsSayWhatTheTestsShow(t *testing.T) {
	s := trained(3, map[string][2]int{"mamba2": {90, 90}, "llama": {20, 60}, "rwkv6": {40, 40}})
	got, err := s.Findings()
	if err != nil {
		t.Fatal(err)
	}
	want := "At 64 tokens Mamba-2 is above Llama and RWKV-6; the other pair is not told apart, and the interval of its difference reaches "
	if len(got) != 2 || !strings.HasPrefix(got[0], want) {
		t.Errorf("findings %q, want %q", got, want)
	}
	if got, err = s.DepthFindings(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"At 64 tokens the newest needle is found more often than the oldest by Llama (61% against 21%).",
		"At 64 tokens newest and oldest are not told apart in Mamba-2 (91% against 91%) and RWKV-6 (41% against 41%)."}; !slices.Equal(got, want) {
		t.Errorf("findings by depth %q, want %q", got, want)
	}
}

func TestOneSeedSaysNothingOfArchitectures(t *testing.T) {
	s := trained(1, map[string][2]int{"mamba2": {90, 90}, "llama": {20, 60}, "rwkv6": {40, 40}})
	for _, find := range []func() ([]string, error){s.Findings, s.DepthFindings} {
		if got, err := find(); err != nil || !slices.Equal(got, []string{onlyCheckpoints}) {
			t.Errorf("findings %q, %v", got, err)
		}
	}
	f, err := s.LengthFigure(figure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	table := s.TableByLength()
	for what, text := range map[string]string{"table": table.Note, "CSV of the table": table.CSV(), "caption": f.Caption, "alt text": f.Alt, "CSV of the figure": f.Data[1][10]} {
		if !strings.Contains(text, "checkpoint") {
			t.Errorf("the %s does not say that it is of checkpoints: %s", what, text)
		}
	}
}

func TestSharesOfFactorsSumToAll(t *testing.T) {
	table := trained(3, map[string][2]int{"mamba2": {90, 90}, "llama": {20, 60}, "rwkv6": {40, 40}}).FactorTable()
	sum := 0.0
	for _, row := range table.Rows {
		sum += row.Values[0].Center
	}
	if len(table.Rows) < 4 || sum < 0.999 || sum > 1.001 {
		t.Errorf("%d factors with shares of %.3f in all: %s", len(table.Rows), sum, table.Note)
	}
}
