package tokenizer_test

import (
	"fmt"

	"longseq/lcmodels/tokenizer"
)

func ExampleNewWords() {
	t, err := tokenizer.NewWords([]string{"[UNK]", "the", "needle", "is", "7"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := t.Encode("the hidden needle is 7")
	fmt.Println(ids, t.Decode(ids))
	// Output: [1 0 2 3 4] the [UNK] needle is 7
}

func ExampleTemplate_Render() {
	fmt.Println(tokenizer.TemplateOf("RWKV/rwkv-6-world-3b-v2.1").Render("Where is it?"))
	// Output:
	// User: Where is it?
	//
	// Assistant:
}
