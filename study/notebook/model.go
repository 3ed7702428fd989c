package notebook

import (
	"fmt"
	"html"
	"strings"
	"time"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study/resident"
)

// Model opens a model, which stays loaded for the notebook's next cells. An error ends the program with one
// line. See package resident.
func Model(name string) *resident.Model {
	m, err := resident.Open(Interruptible(), name, resident.Options{})
	display.Fatal(err)
	return m
}

// answerEvery is the shortest time between two updates of a shown answer.
const answerEvery = 100 * time.Millisecond

// Answer asks the model and shows its answer after the prompt, token by token.
func Answer(m *resident.Model, q resident.Question) resident.Answer {
	block := display.NewBlock()
	var text string
	var shown time.Time
	answer, err := m.Answer(Interruptible(), q, func(piece string) {
		if text += piece; time.Since(shown) >= answerEvery {
			showAnswer(block, q.Prompt, text)
			shown = time.Now()
		}
	})
	display.Fatal(err)
	showAnswer(block, q.Prompt, answer.Text)
	return answer
}

// shownPrompt is the number of characters at the end of a prompt that are shown, cut at a word.
const shownPrompt = 200

// showAnswer shows the end of a prompt and the answer, in bold.
func showAnswer(block *display.Block, prompt, answer string) {
	if runes := []rune(prompt); len(runes) > shownPrompt {
		prompt = string(runes[len(runes)-shownPrompt:])
		if _, words, ok := strings.Cut(prompt, " "); ok {
			prompt = words
		}
		prompt = "… " + prompt
	}
	block.HTML(fmt.Sprintf(`<p style="white-space:pre-wrap">%s → <b>%s</b></p>`, html.EscapeString(prompt), html.EscapeString(answer)),
		fmt.Sprintf("%s -> [%s]", prompt, answer))
}
