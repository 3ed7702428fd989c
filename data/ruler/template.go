package ruler

import (
	"fmt"
	"slices"
	"strings"

	"longseq/internal/nearmiss"
)

// taskSlot is the slot of a chat template for the text of the task.
const taskSlot = "{task_template}"

// taskTemplate is the text of a task, and the prefix with which the answer begins.
type taskTemplate struct{ text, prefix string }

// taskTemplates are copied from RULER's scripts/data/synthetic/constants.py.
var taskTemplates = map[Kind]taskTemplate{
	Needles: {
		"Some special magic {type_needle_v} are hidden within the following text. Make sure to memorize it. I will quiz you about the {type_needle_v} afterwards.\n{context}\nWhat are all the special magic {type_needle_v} for {query} mentioned in the provided text?",
		" The special magic {type_needle_v} for {query} mentioned in the provided text are",
	},
	Variables: {
		"Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n{context}\nQuestion: Find all variables that are assigned the value {query} in the text above.",
		" Answer: According to the chain(s) of variable assignment in the text above, {num_v} variables are assigned the value {query}, they are: ",
	},
	CommonWords: {
		"Below is a numbered list of words. In these words, some appear more often than others. Memorize the ones that appear most often.\n{context}\nQuestion: What are the 10 most common words in the above list?",
		" Answer: The top 10 words that appear most often in the list are:",
	},
	FreqWords: {
		"Read the following coded text and track the frequency of each coded word. Find the three most frequently appeared coded words. {context}\nQuestion: Do not provide any explanation. Please ignore the dots '....'. What are the three most frequently appeared words in the above coded text?",
		" Answer: According to the coded text above, the three most frequently appeared words are:",
	},
	Questions: {
		"Answer the question based on the given documents. Only give me the answer and do not output any other words.\n\nThe following are given documents.\n\n{context}\n\nAnswer the question based on the given documents. Only give me the answer and do not output any other words.\n\nQuestion: {query}",
		" Answer:",
	},
}

// taskTemplateOf returns the template of a kind of task in a version of RULER.
func taskTemplateOf(kind Kind, version Version) taskTemplate {
	t := taskTemplates[kind]
	if kind == Variables && version == V2024 {
		t.prefix = strings.Replace(t.prefix, "assigned", "assgined", 1)
	}
	return t
}

// modelTemplates are the chat templates of RULER's scripts/data/template.py, and two more.
var modelTemplates = map[string]string{
	"base":               taskSlot,
	"meta-chat":          "[INST] " + taskSlot + " [/INST]",
	"vicuna-chat":        "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions. USER: " + taskSlot + " ASSISTANT:",
	"lwm-chat":           "You are a helpful assistant. USER: " + taskSlot + " ASSISTANT: ",
	"command-r-chat":     "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|USER_TOKEN|>" + taskSlot + "<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
	"chatglm-chat":       "[gMASK]sop<|user|> \n " + taskSlot + "<|assistant|> \n ",
	"RWKV":               "User: hi\n\nAssistant: Hi. I am your assistant and I will provide expert full response in full details. Please feel free to ask any question and I will always answer it\n\nUser: " + taskSlot + "\n\nAssistant:",
	"Phi3":               "<|user|>\n" + taskSlot + "<|end|>\n<|assistant|>\n",
	"meta-llama3":        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n" + taskSlot + "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
	"jamba":              "<|startoftext|><|bom|><|system|> <|eom|><|bom|><|user|> " + taskSlot + "<|eom|><|bom|><|assistant|>",
	"nemotron5-instruct": "<SPECIAL_10>System\n\n<SPECIAL_11>User\n" + taskSlot + "\n<SPECIAL_11>Assistant\n",

	// Not RULER's: the templates that the authors of the paper's two instruction-tuned models give.
	"sharegpt": "You are a helpful assistant. Write a response that appropriately completes the request.\n\n### Input:\n" + taskSlot + "\n\n### Response:",
	"gemma":    "<start_of_turn>user\n" + taskSlot + "<end_of_turn>\n<start_of_turn>model\n",
}

// headTemplates are the templates that V2024 does not have.
var headTemplates = []string{"Phi3", "meta-llama3", "jamba", "nemotron5-instruct"}

// TemplateNames returns the names of the chat templates of a version of RULER, sorted.
func TemplateNames(version Version) []string {
	var names []string
	for name := range modelTemplates {
		if version == Head || !slices.Contains(headTemplates, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// modelTemplate returns a chat template of a version of RULER.
func modelTemplate(name string, version Version) (string, error) {
	if names := TemplateNames(version); !slices.Contains(names, name) {
		return "", fmt.Errorf("version %s of RULER: %w", version, nearmiss.Unknown("template", name, names))
	}
	return modelTemplates[name], nil
}

// prompt is a template cut at its context.
type prompt struct {
	before, after string
	// prefix is the end of after, with which the answer begins.
	prefix string
}

// newPrompt puts the template of a task into a chat template.
func newPrompt(model string, task taskTemplate) prompt {
	head, tail, _ := strings.Cut(strings.Replace(model, taskSlot, task.text, 1), "{context}")
	return prompt{before: head, after: tail + task.prefix, prefix: task.prefix}
}

// singular makes a prompt ask for one value, by the four replacements of RULER, which change the chat template
// too.
func (p prompt) singular() prompt {
	for _, s := range []*string{&p.before, &p.after, &p.prefix} {
		*s = strings.ReplaceAll(*s, "Some", "A")
		*s = strings.ReplaceAll(*s, "are all", "is")
		*s = strings.ReplaceAll(*s, "are", "is")
		*s = strings.ReplaceAll(*s, "answers", "answer")
	}
	return p
}

// fill replaces slots. values are pairs of a slot's name and its value.
func (p prompt) fill(values ...string) prompt {
	for i := 0; i < len(values); i += 2 {
		values[i] = "{" + values[i] + "}"
	}
	r := strings.NewReplacer(values...)
	return prompt{before: r.Replace(p.before), after: r.Replace(p.after), prefix: r.Replace(p.prefix)}
}

// cutAt returns the byte of a prompt at which the beginning of the answer starts, as RULER finds it: the last
// occurrence of the first ten characters of the prefix.
func cutAt(text, prefix string) int {
	return strings.LastIndex(text, prefix[:min(10, len(prefix))])
}
