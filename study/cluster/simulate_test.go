package cluster_test

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/internal/nearmiss"
	"longseq/study"
	"longseq/study/studytest"
)

// What is simulated. Times are of the simulated clock.
const (
	simulatedShards = 1000
	simulatedNodes  = 50
	slowNodes       = 1    // 2%, half as fast
	killedShare     = 0.05 // of the tasks, once each, at a random time
	tokensASecond   = 5000 // of a node, at the median
	spread          = 0.4  // of the logarithm of a block's speed
	loading         = 30.0 // seconds for a model
	requeueing      = 60.0 // seconds until a killed task is in the queue again
)

// simulatedPlan has samples a cell in 400 cells.
func simulatedPlan(samples int) study.Plan {
	return study.Plan{Models: []string{"a", "b", "c", "d"}, Tasks: []string{"needle"}, Lengths: []int{1024, 2048, 4096, 8192},
		Depths: []float64{0, 25, 50, 75, 100}, Formats: []string{"essay-word"}, Seeds: []int64{1, 2, 3, 4, 5}, Samples: samples}
}

type needle struct{ cell study.Cell }

func (n needle) Sample(number int) (data.Sample, error) {
	return data.Sample{Number: number, Prompt: fmt.Sprint(n.cell.Length, n.cell.Depth, n.cell.Seed, number), Answers: []string{strconv.Itoa(number)}, MaxNewTokens: n.cell.Length}, nil
}

var needleTasks = study.NewTasks(study.TaskKind{Name: "needle", Version: "1", Scorer: study.ExactMatch, HasDepth: true, HasFormat: true,
	Make: func(cell study.Cell, _ corpus.Corpus) (study.Task, error) { return needle{cell}, nil }})

// A node computes in its own time.
type node struct {
	speed  float64 // of the usual node's
	now    float64 // seconds
	dies   float64 // when the task on it is killed
	work   *float64
	random *rand.Rand
}

var errKilled = errors.New("killed")

// spend lets seconds of a usual node pass. It is an error if the task is killed before they are over.
func (n *node) spend(seconds float64) error {
	*n.work += seconds
	if n.now += seconds / n.speed; n.now > n.dies {
		n.now = n.dies
		return errKilled
	}
	return nil
}

func (n *node) Describe(name string) (study.Description, error) {
	if len(name) != 1 {
		return study.Description{}, nearmiss.Unknown("model", name, []string{"a"})
	}
	return study.Description{Digest: name}, nil
}

func (n *node) Open(_ context.Context, name string) (study.Answerer, error) {
	return &slowAnswerer{n, name}, n.spend(loading)
}

type slowAnswerer struct {
	on   *node
	name string
}

func (m *slowAnswerer) Digest() string { return m.name }

func (m *slowAnswerer) Answer(_ context.Context, samples []data.Sample) ([]study.Prediction, error) {
	tokens := 0
	out := make([]study.Prediction, len(samples))
	for i, s := range samples {
		tokens += s.MaxNewTokens // stands for the length
		out[i] = study.Prediction{Text: s.Answers[0], LogProb: -float64(s.Number%17) / 16, Rank: 1, PromptTokens: s.MaxNewTokens}
	}
	return out, m.on.spend(float64(tokens) / tokensASecond * math.Exp(spread*m.on.random.NormFloat64()))
}

// queue of nodes by the time at which they are free.
type byTime []*node

func (q byTime) Len() int           { return len(q) }
func (q byTime) Less(i, j int) bool { return q[i].now < q[j].now }
func (q byTime) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *byTime) Push(n any)        { *q = append(*q, n.(*node)) }
func (q *byTime) Pop() any {
	last := len(*q) - 1
	n := (*q)[last]
	*q = (*q)[:last]
	return n
}

// TestSimulatedCluster runs a plan's shards on nodes whose time is simulated, with everything else as it is: the shards, the
// blocks, the files, and what each task reads of the others.
func TestSimulatedCluster(t *testing.T) {
	samples, _ := strconv.Atoi(os.Getenv("LONGSEQ_SIMULATE"))
	if samples == 0 {
		t.Skip("set LONGSEQ_SIMULATE to a number of samples a cell, 2500 for a million in all: it takes minutes")
	}
	plan := simulatedPlan(samples)
	dir, random := t.TempDir(), rand.New(rand.NewPCG(1, 2))
	work := 0.0 // seconds of usual nodes
	var nodes byTime
	speeds := 0.0
	for i := range simulatedNodes {
		n := &node{speed: 1, work: &work, random: random}
		if i < slowNodes {
			n.speed = 0.5
		}
		speeds += n.speed
		nodes = append(nodes, n)
	}
	heap.Init(&nodes)
	type task struct {
		shard int
		after float64
		dies  bool
	}
	var queue []task
	for i := range simulatedShards {
		queue = append(queue, task{i, 0, random.Float64() < killedShare})
	}
	begun, kills, end := time.Now(), 0, 0.0
	usual := float64(samples) * 400 * 3840 / tokensASecond / simulatedShards // seconds of a shard
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		n := heap.Pop(&nodes).(*node)
		n.now, n.dies = max(n.now, next.after), math.Inf(1)
		if next.dies {
			n.dies = n.now + random.Float64()*(usual+loading)
		}
		_, err := study.Sweep{Plan: plan, Models: n, Tasks: needleTasks, Dir: dir, Shard: study.Shard{Index: next.shard, Of: simulatedShards}}.Fill(t.Context())
		switch {
		case errors.Is(err, errKilled):
			kills++
			queue = append(queue, task{next.shard, n.now + requeueing, false})
		case err != nil:
			t.Fatal(err)
		default:
			end = max(end, n.now)
		}
		heap.Push(&nodes, n)
	}
	t.Logf("%d samples in %d shards on %d nodes, %d of them half as fast, %d tasks killed: makespan %.0f s, perfectly balanced %.0f s, ratio %.3f (%v of real time)",
		400*samples, simulatedShards, simulatedNodes, slowNodes, kills, end, work/speeds, end/(work/speeds), time.Since(begun).Round(time.Second))
	whole := t.TempDir()
	alone := &node{speed: 1, work: new(float64), dies: math.Inf(1), random: random}
	want, err := study.Sweep{Plan: plan, Models: alone, Tasks: needleTasks, Dir: whole}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := study.OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := study.Equal(got, want); err != nil || len(got.Records) != 400*samples || got.Disagreeing > 0 {
		t.Errorf("%d records, %d disagree: %v", len(got.Records), got.Disagreeing, err)
	}
	t.Logf("%d records equal to those of one process, %d duplicates", len(got.Records), got.Doubled)
}

// TestStatusOfALargeStore reads the status of 4,000 records for each of LONGSEQ_SIMULATE's samples, in 1,000 files: 10 M for
// 2500.
func TestStatusOfALargeStore(t *testing.T) {
	samples, _ := strconv.Atoi(os.Getenv("LONGSEQ_SIMULATE"))
	if samples == 0 {
		t.Skip("set LONGSEQ_SIMULATE to 2500 for 10 million records, which take 5 GB of disk")
	}
	dir, n := t.TempDir(), 4000*samples
	if err := studytest.WriteStoreOfFiles(dir, n, 1000); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	status, err := study.ReadStatus(dir, studytest.LargeTasks)
	took := time.Since(begun)
	if err != nil || status.Done != n {
		t.Errorf("%d of %d records, %v", status.Done, n, err)
	}
	peak, _ := studytest.PeakMemory()
	t.Logf("status of %d records in 1000 files: %.1f s, peak memory of the process %d MB", n, took.Seconds(), peak/1_000_000)
}
