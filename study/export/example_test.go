package export_test

import (
	"fmt"
	"math"
	"os"
	"time"

	"longseq/study"
	"longseq/study/export"
)

// A record without a log-probability and a distance leaves these columns empty.
func ExampleCSV() {
	records := []study.Record{{
		Cell: "9f2c", Model: "mamba2", Task: "recall", Length: 64, Depth: 50, Format: "essay-word-word", Seed: 1,
		Prompt: "b5d4", Answer: []string{"amber"}, Prediction: "amber", Score: 1, LogProb: math.NaN(), PromptTokens: 63,
		Prefill: 20 * time.Millisecond, Decode: 5 * time.Millisecond, Host: "laptop", Time: time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC),
	}}
	if err := export.CSV(os.Stdout, records); err != nil {
		fmt.Println(err)
	}
	// Output:
	// cell,sample,model,variant,task,length,depth,format,distance,extend,seed,train_seed,prompt,answer,prediction,score,failure,sample_variant,logprob,rank,prompt_tokens,tokens_read,prefill_s,decode_s,computed_by,host,time
	// 9f2c,0,mamba2,,recall,64,50,essay-word-word,,,1,,b5d4,amber,amber,1,,,,,63,,0.02,0.005,,laptop,2026-11-25T04:00:00Z
}
