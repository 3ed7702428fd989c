package tokenizer

import (
	"strings"

	"longseq/data/published"
	"longseq/internal/nearmiss"
)

// Template is the prompt format of a model that is tuned to follow instructions. BOS is not part of it.
type Template struct {
	// Name is its name in plans.
	Name string
	// Before and After surround the text.
	Before, After string
	// Stop lists pieces that end an answer, in addition to EOS.
	Stop []string
	// squeeze replaces several newlines in the text by one.
	squeeze bool
}

// The templates of the published models, as their model cards give them.
var (
	// Base is the text alone.
	Base = Template{Name: "base"}
	// ShareGPT is the template of Sheared-LLaMA-2.7B-ShareGPT.
	ShareGPT = Template{
		Name:   "sharegpt",
		Before: "You are a helpful assistant. Write a response that appropriately completes the request.\n\n### Input:\n",
		After:  "\n\n### Response:",
	}
	// GemmaTurns is the template of recurrentgemma-2b-it.
	GemmaTurns = Template{
		Name: "gemma", Before: "<start_of_turn>user\n", After: "<end_of_turn>\n<start_of_turn>model\n", Stop: []string{"<end_of_turn>"},
	}
	// RWKVChat is the template of RWKV World, in which a blank line ends a turn.
	RWKVChat = Template{Name: "rwkv", Before: "User: ", After: "\n\nAssistant:", squeeze: true}
)

// TemplateOf returns the template of the published model with that name on the Hugging Face hub, and Base for any
// other model.
func TemplateOf(model string) Template {
	t, err := TemplateNamed(published.TemplateOf(model))
	if err != nil {
		panic(err) // a test covers each published model
	}
	return t
}

// TemplateNamed returns the template of that name. The error for an unknown name suggests the nearest one.
func TemplateNamed(name string) (Template, error) {
	var names []string
	for _, t := range []Template{Base, ShareGPT, GemmaTurns, RWKVChat} {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Template{}, nearmiss.Unknown("template", name, names)
}

// Render returns the text in the template.
func (t Template) Render(text string) string {
	if t.squeeze {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		for strings.Contains(text, "\n\n") {
			text = strings.ReplaceAll(text, "\n\n", "\n")
		}
	}
	return t.Before + text + t.After
}
