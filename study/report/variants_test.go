package report

import (
	"fmt"
	"strings"
	"testing"

	"longseq/study"
	"longseq/study/figure"
)

// run is a model of an ablation in a summary of test data.
type run struct {
	base, variant, architecture string
	seed                        int64
	settings                    map[string]string
	state                       int64
	right                       int // of 10 samples at 64 tokens; at 128 half as many
}

func (r run) name() string {
	name := r.base
	if r.variant != "" {
		name += "-" + r.variant
	}
	return fmt.Sprintf("%s-seed=%d", name, r.seed)
}

// ablationOf returns a summary of runs, as from a store.
func ablationOf(runs ...run) Summary {
	s := Summary{Confidence: 0.95}
	s.plan.Plan.Lengths = []int{64, 128}
	for _, r := range runs {
		a := &study.Ablated{Base: r.base, Variant: r.variant, TrainSeed: r.seed, Settings: r.settings}
		s.plan.Models = append(s.plan.Models, study.PinnedModel{Pinned: study.Pinned{Name: r.name()}, Architecture: r.architecture,
			Params: 1000 + r.state, StateBytes: []int64{r.state, 2 * r.state}, FLOPs: []int64{10 * r.state, 20 * r.state}, Ablated: a})
		s.Models = append(s.Models, r.name())
		for i, length := range []int{64, 128} {
			for sample := range 10 {
				record := &study.Record{Model: r.name(), Variant: r.variant, TrainSeed: r.seed, Length: length, Depth: 50, Sample: sample}
				if sample < r.right>>i {
					record.Score = 1
				}
				s.Records = append(s.Records, record)
			}
		}
	}
	return s
}

// sizes are three sizes of state with two seeds each, out of order.
func sizes(base, architecture string) []run {
	var all []run
	for i, size := range []string{"32", "8", "16"} {
		for seed := range int64(2) {
			all = append(all, run{base, "d_state=" + size, architecture, seed + 1, map[string]string{"config.ssm_cfg.d_state": size},
				map[string]int64{"32": 320, "8": 80, "16": 160}[size], 4 + 2*i + int(seed)})
		}
	}
	return all
}

func TestSeedsOfAVariantAreOneCurve(t *testing.T) {
	s := ablationOf(sizes("mamba2", "mamba2")...)
	curves := s.curves(s.ByLength())
	if len(curves) != 3 {
		t.Fatalf("%d curves", len(curves))
	}
	for i, want := range []struct {
		name  string
		at    int
		y     float64
		seeds string
	}{{"d_state 32", 2, 45, "40 50"}, {"d_state 8", 0, 65, "60 70"}, {"d_state 16", 1, 85, "80 90"}} {
		c := curves[i]
		seeds := fmt.Sprintf("%.0f %.0f", c.Seeds[0].Points[0].Y, c.Seeds[1].Points[0].Y)
		if c.Name != want.name || c.Level != (figure.Level{At: want.at, Of: 3, Ordered: true}) || c.Points[0].Y != want.y || seeds != want.seeds || c.Points[0].N != 10 || c.Points[0].Seeds != 2 || c.Points[0].Low >= c.Points[0].Y {
			t.Errorf("curve %d is %q, level %+v, %.0f%% of seeds %s with n %d", i, c.Name, c.Level, c.Points[0].Y, seeds, c.Points[0].N)
		}
	}
	one := ablationOf(sizes("mamba2", "mamba2")[0])
	if c := one.curves(one.ByLength())[0]; len(c.Seeds) != 0 || c.Points[0].N != 10 || c.Points[0].Low >= c.Points[0].Y {
		t.Errorf("a single seed is %+v", c)
	}
	two := ablationOf(append(sizes("mamba2", "mamba2"), sizes("mamba2attn", "mamba2attn")...)...)
	if c := two.curves(two.ByLength())[3]; c.Name != "Mamba-2 + attention, d_state 32" {
		t.Errorf("with two bases the fourth curve is %q", c.Name)
	}
}

func TestVariantsWithoutAnOrderHaveNames(t *testing.T) {
	s := ablationOf(run{"transformerpp", "conv", "transformerpp", 1, nil, 10, 9},
		run{"transformerpp", "no-conv", "transformerpp", 1, map[string]string{"config.attn_cfg.d_conv": "0"}, 10, 5},
		run{"llama", "", "llama", 1, nil, 10, 7})
	curves := s.curves(s.ByLength())
	var got []string
	for _, c := range curves {
		got = append(got, fmt.Sprintf("%s %d/%d %t", c.Name, c.Level.At, c.Level.Of, c.Level.Ordered))
	}
	if want := "conv 0/2 false; no-conv 1/2 false;  0/0 false"; strings.Join(got, "; ") != want {
		t.Errorf("curves %s", strings.Join(got, "; "))
	}
	if key := s.OrderedKey(); key != "" {
		t.Errorf("ordered by %q", key)
	}
}

func TestScoresAreDrawnAgainstFactorsAndQuantities(t *testing.T) {
	s := ablationOf(append(sizes("mamba2", "mamba2"), run{"llama", "", "llama", 1, nil, 500, 3})...)
	if key := s.OrderedKey(); key != "config.ssm_cfg.d_state" {
		t.Errorf("ordered by %q", key)
	}
	rows := func(f *figure.Figure, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, row := range f.Data[1:] {
			if row[11] != "" {
				continue // of a training seed
			}
			lines = append(lines, strings.Join([]string{row[1], row[4], row[5]}, " "))
		}
		return f.Data[0][4] + ": " + strings.Join(lines, ", ")
	}
	if got, want := rows(s.FactorFigure("d_state", 64, figure.Options{})), "config.ssm_cfg.d_state: Mamba-2 8 65, Mamba-2 16 85, Mamba-2 32 45"; got != want {
		t.Errorf("against the factor: %s", got)
	}
	if got, want := rows(s.FactorFigure("state", 128, figure.Options{})), "state_bytes: Mamba-2 160 30, Mamba-2 320 40, Mamba-2 640 20, Llama 1000 10"; got != want {
		t.Errorf("against the state: %s", got)
	}
	if got, want := rows(s.FactorFigure("flops", 64, figure.Options{})), "flops: Mamba-2 800 65, Mamba-2 1600 85, Mamba-2 3200 45, Llama 5000 30"; got != want {
		t.Errorf("against operations: %s", got)
	}
	if got := rows(s.FactorFigure("params", 0, figure.Options{})); !strings.HasPrefix(got, "params: Mamba-2 1080 ") {
		t.Errorf("against parameters: %s", got)
	}
	for _, c := range []struct {
		x      string
		length int
		want   string
	}{
		{"d_stat", 64, `unknown factor "d_stat"; known: config.ssm_cfg.d_state, flops, params, state`}, {"state", 0, "depends on the length: give one of [64 128]"}, {"d_state", 99, "no records of length 99; there are [64 128]"},
	} {
		if _, err := s.FactorFigure(c.x, c.length, figure.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s at %d: %v", c.x, c.length, err)
		}
	}
}

func TestTwoFactorsAreAHeatmap(t *testing.T) {
	var runs []run
	for i, rows := range []string{"8", "16"} {
		for j, kind := range []string{`"essay"`, `"noise"`} {
			for seed := range int64(2) {
				runs = append(runs, run{"llama", fmt.Sprintf("rows=%s-haystack=%d", rows, j), "llama", seed + 1,
					map[string]string{"train.rows": rows, "task.haystack": kind}, 10, 2 + 4*i + 2*j + int(seed)})
			}
		}
	}
	s := ablationOf(runs...)
	f, err := s.FactorMap("rows", "task.haystack", 64, figure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "[[train.rows task.haystack percent] [8 essay 25] [16 essay 65] [8 noise 45] [16 noise 85]]"
	if got := fmt.Sprint(f.Data); got != want {
		t.Errorf("the map has %s", got)
	}
	if got, err := s.FactorFigure("rows", 64, figure.Options{}); err != nil || len(got.Data) != 1+2*2*3 || got.Data[1][1] != "Llama, haystack essay" {
		t.Errorf("against one of two factors: %v, %v", got, err)
	}
	if _, err := s.FactorFigure("haystack", 64, figure.Options{}); err == nil || !strings.Contains(err.Error(), "no number") {
		t.Errorf("against one without numbers: %v", err)
	}
	if _, err := s.FactorMap("rows", "train.rows", 64, figure.Options{}); err == nil {
		t.Error("a map of one factor is drawn")
	}
}
