package tokenizer

import (
	"fmt"
	"strings"

	"longseq/lcmodels/published"
)

// Template is what a model that was tuned to answer wants around a text. What BOS puts in front is not part of it.
type Template struct {
	// Name is what a plan calls it.
	Name string
	// Before and After stand around the text.
	Before, After string
	// Stop are the pieces, beside EOS, that end an answer.
	Stop []string
	// squeeze makes one newline of several in the text.
	squeeze bool
}

// The templates of the published models, from their makers' pages.
var (
	// Base is the text alone.
	Base = Template{Name: "base"}
	// ShareGPT is Sheared-LLaMA-2.7B-ShareGPT's.
	ShareGPT = Template{
		Name:   "sharegpt",
		Before: "You are a helpful assistant. Write a response that appropriately completes the request.\n\n### Input:\n",
		After:  "\n\n### Response:",
	}
	// GemmaTurns is recurrentgemma-2b-it's.
	GemmaTurns = Template{
		Name: "gemma", Before: "<start_of_turn>user\n", After: "<end_of_turn>\n<start_of_turn>model\n", Stop: []string{"<end_of_turn>"},
	}
	// RWKVChat is RWKV World's, in which a blank line ends a turn.
	RWKVChat = Template{Name: "rwkv", Before: "User: ", After: "\n\nAssistant:", squeeze: true}
)

// TemplateOf returns the template of a published model by its name on the hub, Base for other models.
func TemplateOf(model string) Template {
	t, err := TemplateNamed(published.TemplateOf(model))
	if err != nil {
		panic(err) // a test asks for each
	}
	return t
}

// TemplateNamed returns the template of that name.
func TemplateNamed(name string) (Template, error) {
	var names []string
	for _, t := range []Template{Base, ShareGPT, GemmaTurns, RWKVChat} {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Template{}, fmt.Errorf("no template %q: want one of %s", name, strings.Join(names, ", "))
}

// Render puts the template around a text.
func (t Template) Render(text string) string {
	if t.squeeze {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		for strings.Contains(text, "\n\n") {
			text = strings.ReplaceAll(text, "\n\n", "\n")
		}
	}
	return t.Before + text + t.After
}
