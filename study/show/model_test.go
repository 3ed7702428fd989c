package show_test

import (
	"context"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study/hot"
	"longseq/study/show"
)

func ExampleAnswer() {
	m := show.Model("../../lcmodels/tiny/llama")
	defer hot.End(context.Background())
	show.Answer(m, hot.Question{Prompt: "needle riga dog of the light needle riga", MaxNewTokens: 1})
	display.Flush()
	// Output: needle riga dog of the light needle riga -> [dog]
}
