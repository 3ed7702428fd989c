package study

import (
	"context"
	"strings"
	"testing"
)

// partPlan is two parts of one grid: recall at two lengths of "llama", and at one length of "rwkv6".
func partPlan(lengths ...int) Plan {
	return Plan{Models: []string{"llama", "rwkv6"}, Tasks: []string{"recall"}, Lengths: []int{64, 128}, Depths: []float64{0, 50}, Samples: 4, Batch: 2,
		Only: []Part{{Models: []string{"llama"}, Lengths: lengths}, {Models: []string{"rwkv6"}, Lengths: []int{64}, Depths: []float64{50}}}}
}

func TestAPlanOfPartsHasTheirCellsOnly(t *testing.T) {
	store, err := Sweep{Plan: partPlan(64, 128), Models: &fakeModels{}, Tasks: fakeTasks, Dir: t.TempDir()}.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]int{}
	for _, r := range store.Records {
		cells[r.Model]++
	}
	if cells["llama"] != 4*4 || cells["rwkv6"] != 4 {
		t.Errorf("%v records, want 16 of good and 4 of bad", cells)
	}
	again, err := OpenStore(store.Dir)
	if err != nil || len(again.Faults) > 0 {
		t.Errorf("faults %v, %v", again.Faults, err)
	}
	for says, change := range map[string]func(*Plan){
		"only[1].lengths has 65":    func(p *Plan) { p.Only[1].Lengths = []int{65} },
		"only[0].models has ugly":   func(p *Plan) { p.Only[0].Models = []string{"ugly"} },
		"manners has ugly":          func(p *Plan) { p.Ruler, p.Manners = "head", map[string]Manner{"ugly": {}} },
		"manners are given, but no": func(p *Plan) { p.Manners = map[string]Manner{"llama": {}} },
	} {
		p := partPlan(64)
		change(&p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %s", err, says)
		}
	}
}

// A plan without parts has the digest that it had before there were parts.
func TestPartsCountInADigestOnlyWhereThereAreAny(t *testing.T) {
	r, err := Resolve(fakePlan(), &fakeModels{}, fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	with := r
	with.Plan.Only = []Part{{Models: []string{"llama"}}}
	without := r
	without.Plan.Only, without.Plan.Manners = []Part{}, map[string]Manner{}
	if with.digest() == r.Digest || without.digest() != r.Digest {
		t.Errorf("digests %s with parts, %s with empty lists; without %s", with.digest(), without.digest(), r.Digest)
	}
}

func TestFirstAsksTheFirstBlocksOfEachCell(t *testing.T) {
	dir := t.TempDir()
	models := &fakeModels{}
	s := Sweep{Plan: partPlan(64, 128), Models: models, Tasks: fakeTasks, Dir: dir, First: 1}
	first, err := s.Run(context.Background())
	if err != nil || len(first.Records) != 5*2 {
		t.Fatalf("%d records, %v; want a block of two of each of 5 cells", len(first.Records), err)
	}
	s.First, s.Select = 0, func(c Cell) bool { return c.Model == "rwkv6" }
	dry, err := s.DryRun()
	if err != nil || dry.Missing != 2 || dry.Samples != 4 {
		t.Errorf("estimate %+v, %v; want 2 of 4 samples", dry, err)
	}
	second, err := s.Run(context.Background())
	if err != nil || len(second.Records) != 12 || models.asked.Load() != 12 {
		t.Errorf("%d records of %d asked, %v; want 12", len(second.Records), models.asked.Load(), err)
	}
}

func TestAStoreGrowsWithItsPlan(t *testing.T) {
	dir := t.TempDir()
	run := func(p Plan) (*Store, error) {
		t.Helper()
		r, err := Resolve(p, &fakeModels{}, fakeTasks)
		if err != nil {
			t.Fatal(err)
		}
		grown, err := r.Grow(dir, &fakeModels{}, fakeTasks)
		if err != nil {
			return nil, err
		}
		return Sweep{Plan: grown, Models: &fakeModels{}, Tasks: fakeTasks, Dir: dir}.Run(context.Background())
	}
	small := partPlan(64)
	other := Plan{Models: []string{"llama"}, Tasks: []string{"recall"}, Lengths: []int{256}, Depths: []float64{0}, Samples: 2, Batch: 2}
	for _, c := range []struct {
		what string
		plan Plan
		want int // records
	}{
		{"the first", small, 3 * 4}, {"a larger one", partPlan(64, 128), 5 * 4}, {"a smaller one", small, 5 * 4}, {"another", other, 6 * 4},
		{"the first again", small, 6 * 4},
	} {
		store, err := run(c.plan)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if len(store.Records) != c.want || len(store.Faults) > 0 {
			t.Errorf("%s: %d records, faults %v; want %d", c.what, len(store.Records), store.Faults, c.want)
		}
	}
	other.Seeds = []int64{7}
	if _, err := run(other); err == nil || !strings.Contains(err.Error(), "belongs to another plan: seeds is [1] there, [7] here") {
		t.Errorf("error %v", err)
	}
}
