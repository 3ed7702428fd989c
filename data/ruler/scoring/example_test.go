package scoring_test

import (
	"fmt"
	"log"

	"longseq/data/ruler/scoring"
)

func ExampleEvaluate() {
	result, err := scoring.Evaluate("vt", scoring.MatchAll, []string{"ABCDE and FGHIJ", ""}, [][]string{{"ABCDE", "FGHIJ"}, {"KLMNO"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Score, result.NullText())
	// Output: 50 1/2
}
