package ruler_test

import (
	"context"
	"fmt"
	"log"
	"math/rand"

	"longseq/data/ruler"
	"longseq/data/ruler/texts"
)

func ExampleGenerate() {
	task, err := ruler.TaskNamed("niah_multikey_2")
	if err != nil {
		log.Fatal(err)
	}
	sources, err := texts.Open("", "")
	if err != nil {
		log.Fatal(err)
	}
	opts := ruler.Default(task, 512)
	opts.Samples = 1
	samples, err := ruler.Generate(context.Background(), opts, ruler.WhiteSpace{}, sources)
	if err != nil {
		log.Fatal(err)
	}
	s := samples[0]
	fmt.Println(s.Length, "of", opts.Length, "words")
	fmt.Println(s.Placed[0].Key, "is", s.Outputs[0])
	fmt.Println(s.AnswerPrefix[1:])
	// Output:
	// 509 of 512 words
	// ad hoc-pathology is 4009172
	// The special magic number for ad hoc-pathology mentioned in the provided text is
}

// An oracle and an answerer that guesses are the two ends between which every model lies.
func ExampleNewSet() {
	task, err := ruler.TaskNamed("niah_single_1")
	if err != nil {
		log.Fatal(err)
	}
	sources, err := texts.Open("", "")
	if err != nil {
		log.Fatal(err)
	}
	opts := ruler.Default(task, 1024)
	opts.Samples = 20
	set, err := ruler.NewSet(opts, ruler.WhiteSpace{}, sources)
	if err != nil {
		log.Fatal(err)
	}
	oracle, guesser := 0.0, 0.0
	guess := rand.New(rand.NewSource(1))
	for number := range opts.Samples {
		sample, err := set.Sample(number)
		if err != nil {
			log.Fatal(err)
		}
		oracle += task.Metric.Score(sample.Answers[0], sample.Answers)
		guesser += task.Metric.Score(fmt.Sprint(1000000+guess.Intn(9000000)), sample.Answers)
	}
	fmt.Println(oracle, guesser)
	// Output: 20 0
}
