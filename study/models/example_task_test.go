package models

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/recall"
	"longseq/study"
	"longseq/study/report"
)

// echo asks for the value that stands directly before the question: a needle at no distance at all, what a
// model must know before it can find one further away. It is the worked example of adding a task.
type echo struct {
	words  []string
	length int
	seed   int64
}

func (t echo) Sample(number int) (data.Sample, error) {
	r := rand.New(rand.NewPCG(uint64(t.seed), uint64(number)))
	key, value := t.words[2+r.IntN(16)], t.words[18+r.IntN(16)]
	filler := make([]string, t.length-6)
	for i := range filler {
		filler[i] = t.words[44+r.IntN(len(t.words)-44)]
	}
	prompt := strings.Join(append(filler, "needle", key, value, "query", key), " ")
	return data.Sample{Number: number, Prompt: prompt, Answers: []string{value}, MaxNewTokens: 1}, nil
}

// A new task is a TaskKind: how to make the task of a cell, and how to score. A plan may then name it.
func Example_addATask() {
	echoes := study.TaskKind{Name: "echo", Version: "1", Scorer: study.ExactMatch,
		Make: func(cell study.Cell, _ corpus.Corpus) (study.Task, error) {
			if cell.Length < 6 {
				return nil, fmt.Errorf("length %d: echo needs at least 6 tokens", cell.Length)
			}
			return echo{recall.Opticks().Vocabulary().Words(), cell.Length, cell.Seed}, nil
		}}
	dir, err := os.MkdirTemp("", "echo")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := study.Sweep{
		Plan:   study.Plan{Models: []string{"transformerpp"}, Tasks: []string{"echo"}, Lengths: []int{64, 256}, Samples: 32},
		Models: Checkpoints{Folders: []string{"../../lcmodels/tiny"}},
		Tasks:  study.NewTasks(Recall, echoes),
		Dir:    dir,
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range report.Of(store, 0.95).ByLength()[0].Points {
		fmt.Printf("%.0f tokens: more than 90%% right: %v\n", p.X, p.Center > 0.9)
	}
	// Output:
	// 64 tokens: more than 90% right: true
	// 256 tokens: more than 90% right: true
}
