package study

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// resolvedFake is a plan of fake models with its cells.
func resolvedFake(t testing.TB, change func(*Plan)) (Resolved, []Cell) {
	t.Helper()
	p := fakePlan()
	change(&p)
	r, err := Resolve(p, &fakeModels{}, fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := r.Cells(fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	return r, cells
}

// blocksOf lists the blocks of jobs, as a queue hands them out.
func blocksOf(jobs []job) []string {
	var names []string
	for _, j := range jobs {
		for from := j.from; from < j.to; {
			b := j.block(from)
			names = append(names, fmt.Sprintf("%s %d-%d", b.cells[0].ID, b.from, b.to))
			from = b.to
		}
	}
	return names
}

func TestShardsTogetherHaveEveryBlockOnceAndEqualTokens(t *testing.T) {
	for name, change := range map[string]func(*Plan){
		"short cells":  func(*Plan) {},
		"long samples": func(p *Plan) { p.Lengths, p.Samples, p.Batch = []int{64, 4096, 30_000, 200_000}, 250, 31 },
		"one cell": func(p *Plan) {
			p.Models, p.Tasks, p.Lengths, p.Distances, p.Samples = p.Models[:1], []string{"vt"}, []int{4096}, nil, 1000
		},
	} {
		r, cells := resolvedFake(t, change)
		jobs := r.jobs(cells)
		want := blocksOf(jobs)
		var total, largest float64
		for _, j := range jobs {
			total += j.tokens()
			largest = max(largest, j.cost*float64(j.size))
			if j.size > 1 && j.cost*float64(j.size) > maxBlockTokens {
				t.Errorf("%s: a block of %s has %v tokens", name, j.cells[0], j.cost*float64(j.size))
			}
		}
		for _, n := range []int{1, 2, 7, 64, 1000} {
			var got []string
			opened := map[string]int{}
			for i := range n {
				part := Shard{i, n}.of(jobs)
				got = append(got, blocksOf(part)...)
				var tokens float64
				seen := map[string]bool{}
				for _, j := range part {
					tokens += j.tokens()
					seen[j.model()] = true
				}
				for model := range seen {
					opened[model]++
				}
				if math.Abs(tokens-total/float64(n)) > largest {
					t.Errorf("%s: shard %d of %d has %v tokens of %v", name, i, n, tokens, total)
				}
			}
			loads := 0
			for _, times := range opened {
				loads += times
			}
			if loads > len(r.Plan.Models)+n-1 {
				t.Errorf("%s: %d shards load models %d times", name, n, loads)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d shards have %d blocks, want each of %d once", name, n, len(got), len(want))
			}
		}
	}
}

// A batch is cut into blocks, so that stores whose blocks were whole batches have no block by half.
func TestBlocksLieInBatches(t *testing.T) {
	r, cells := resolvedFake(t, func(p *Plan) { p.Lengths, p.Samples, p.Batch = []int{64, 5000, 60_000}, 70, 32 })
	for _, j := range r.jobs(cells) {
		var ends []int
		for from := 0; from < j.to; {
			b := j.block(from)
			if b.from != from || from/32 != (b.to-1)/32 || j.block(b.to-1).from != from {
				t.Fatalf("%s: a block has samples %d to %d", j.cells[0], b.from, b.to)
			}
			if got := j.begin(len(ends)); got != from || j.blocks(from) != len(ends) {
				t.Fatalf("%s: block %d begins at %d, and %d are before it; want %d", j.cells[0], len(ends), got, j.blocks(from), from)
			}
			from = b.to
			ends = append(ends, from)
		}
		if len(ends) != j.blocks(j.to) {
			t.Errorf("%s: %d blocks, want %d", j.cells[0], j.blocks(j.to), len(ends))
		}
		if j.cost == 5000 && !slices.Equal(ends, []int{16, 32, 48, 64, 70}) {
			t.Errorf("blocks end at %v", ends)
		}
	}
}

func TestAnotherNumberOfShardsGoesOnAndIsTold(t *testing.T) {
	want := uninterrupted(t)
	dir := t.TempDir()
	for i := range 3 {
		s := sweep(dir, &fakeModels{})
		s.Shard = Shard{i, 5}
		if _, err := s.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	models, total := &fakeModels{}, 0
	for i := range 2 {
		s := sweep(dir, models)
		s.Shard = Shard{i, 2}
		var warned []string
		s.Progress = func(p Progress) {
			if p.Warning != "" {
				warned = append(warned, p.Warning)
			}
		}
		n, err := s.Fill(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		total += n
		if told := fmt.Sprintf("%s has records of shards of 5, and this is shard %d/2: what they have is not asked again", dir, i); !slices.Contains(warned, told) {
			t.Errorf("warned %q, want %q", warned, told)
		}
	}
	got, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, got, want)
	if total != fakeSamples || got.Doubled > 4*4*3 { // a block that two shards of 5 had half of
		t.Errorf("the shards say they have %d samples, and %d are doubled", total, got.Doubled)
	}
	status, err := ShardStatus(dir, fakeTasks, Shard{0, 3}, Shard{1, 3}, Shard{2, 3})
	if err != nil || status[0].Total+status[1].Total+status[2].Total != fakeSamples || status[1].Missing() != 0 {
		t.Errorf("status %+v, %v", status, err)
	}
}

func TestTwoCopiesOfAShardDoNoHarm(t *testing.T) {
	want := uninterrupted(t)
	dir := t.TempDir()
	done := make(chan error)
	for range 2 {
		go func() {
			s := sweep(dir, &fakeModels{})
			s.Shard, s.Workers = Shard{0, 1}, 2
			_, err := s.Fill(t.Context())
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	got, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, got, want)
	t.Logf("%d records are doubled", got.Doubled)
}

// What is read of lines alone must be what is read of records, whatever is wrong with the files.
func TestPresenceIsThatOfTheRecords(t *testing.T) {
	whole := uninterrupted(t)
	resolved, cells := resolvedFake(t, func(*Plan) {})
	files, _ := recordFiles(whole.Dir)
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	damaged := 0
	for range 40 {
		dir := t.TempDir()
		some := slices.Clone(text[:random.IntN(len(text))])
		for range random.IntN(4) {
			if len(some) > 0 {
				some[random.IntN(len(some))] ^= byte(1) << random.IntN(8)
			}
		}
		some = append(some, "\n\n  \n"+strings.Repeat("\x00", random.IntN(9))...)
		if err := os.WriteFile(filepath.Join(dir, "records-3of7-h-1.jsonl"), some, 0o600); err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, "records-0-h-1.jsonl"), nil, 0o600)
		store, err := readStore(dir, &resolved)
		if err != nil {
			continue // a newer schema
		}
		present, err := readPresence(dir, &resolved, cells)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, r := range store.Records {
			if !present.has(r.Cell, r.Sample) {
				t.Errorf("%s sample %d is not there", r.cell(), r.Sample)
			}
		}
		for _, c := range cells {
			for number := range present.samples(c.ID) {
				if !present.has(c.ID, number) {
					t.Errorf("%s has sample %d, and has it not", c, number)
				}
				n++
			}
		}
		faults := slices.DeleteFunc(store.Faults, func(f Fault) bool { return f.Kind == Half || f.Kind == Disagree })
		damaged += len(faults)
		if n != len(store.Records) || fmt.Sprint(present.faults) != fmt.Sprint(faults) || !slices.Equal(present.shards, []int{7}) {
			t.Errorf("%d samples and faults %v, shards %v; want %d and %v", n, present.faults, present.shards, len(store.Records), faults)
		}
	}
	if damaged == 0 {
		t.Error("nothing was damaged")
	}
}

// Spans begin and end anywhere in lines.
func TestPresenceIsTheSameForAnySpans(t *testing.T) {
	whole := uninterrupted(t)
	resolved, cells := resolvedFake(t, func(*Plan) {})
	files, _ := recordFiles(whole.Dir)
	info, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	want, err := readPresence(whole.Dir, &resolved, cells)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{13, 700, 100_000} {
		r := presenceReader{presence: presence{cells: want.cells, models: want.models, have: make([][]uint64, len(cells)), computed: map[computing]bool{}}, plan: &resolved}
		for from := int64(0); from < info.Size(); from += size {
			to := min(from+size, info.Size())
			if err := r.read(span{files[0], from, to, to == info.Size()}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range cells {
			if !slices.Equal(r.have[i], want.have[i]) || len(r.bad) > 0 {
				t.Fatalf("with spans of %d bytes %s has %x, want %x; bad are %v", size, cells[i], r.have[i], want.have[i], r.bad)
			}
		}
	}
}

// A plan of 100,000 cells must be cut in well under a second.
func BenchmarkShardOf100000Cells(b *testing.B) {
	r, cells := resolvedFake(b, func(p *Plan) {
		p.Lengths, p.Depths, p.Distances, p.Samples = nil, nil, nil, 250
		for i := range 124 {
			p.Lengths = append(p.Lengths, 64*(i+1))
		}
		for i := range 100 {
			p.Depths = append(p.Depths, float64(i))
		}
	})
	if len(cells) < 99_000 {
		b.Fatalf("%d cells", len(cells))
	}
	for b.Loop() {
		if len(Shard{500, 1000}.of(r.jobs(cells))) == 0 {
			b.Fatal("nothing")
		}
	}
}
