package reproduce_test

import (
	"context"
	"fmt"
	"os"

	"longseq/study/reproduce"
)

// A model that comes with the repository is asked one sample of Table 6. Nothing is said of how it compares with the
// paper's Llama, Sheared-LLaMA (SL), since its weights are not known to be that.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "evaluation")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	result, err := reproduce.Run(context.Background(), reproduce.Options{
		Model: "../../lcmodels/tiny/llama", Table: 6, Lengths: []int{1024}, Samples: 1, Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range result.Scores {
		fmt.Printf("%s at %d tokens: the paper %.2f, here %.2f (%d sample): %s\n",
			result.As, s.Length, s.Paper, s.Ours, s.Samples, s.Verdict)
	}
	// Output: SL at 1024 tokens: the paper 100.00, here 0.00 (1 sample): not verified
}

func ExamplePrepare() {
	e, err := reproduce.Prepare(reproduce.Options{Model: "../../lcmodels/tiny/mamba2", Table: 4, Samples: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.As, e.Plan.Lengths, e.Plan.Depths, e.Plan.Formats)
	fmt.Println(e.Dir)
	// Output:
	// Mamba2 [1024 2048 4096] [0 50 100] [noise-word-number essay-word-number essay-word-uuid]
	// results/eval/mamba2
}
