package notebook_test

import (
	"context"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study/notebook"
	"longseq/study/resident"
)

func ExampleAnswer() {
	m := notebook.Model("../../lcmodels/tiny/llama")
	defer resident.End(context.Background())
	notebook.Answer(m, resident.Question{Prompt: "needle riga dog of the light needle riga", MaxNewTokens: 1})
	display.Flush()
	// Output: needle riga dog of the light needle riga -> [dog]
}
