package ruler

import (
	"strconv"

	"longseq/data"
	"longseq/data/ruler/pystring"
)

// Sample is one sample with everything that RULER writes of it, and where its needles are.
type Sample struct {
	// Number is the sample's place in its file, from 0.
	Number int
	// Index is what RULER writes as "index": the number, or for needles of version Head the offset of the
	// first answer in Input, in code points.
	Index int
	// Input is the prompt up to AnswerPrefix, or the whole prompt in V2024.
	Input string
	// AnswerPrefix is the end of the prompt, with which the answer begins; empty in V2024.
	AnswerPrefix string
	// Outputs are the references.
	Outputs []string
	// Length is the tokens of the prompt and the budget together.
	Length int
	// LengthWithTemplate is Length with the tokens of a chat template that PrepareForNS left out.
	LengthWithTemplate int
	// TokenPosition is the tokens of Input before the first answer; only needles of version Head have it.
	TokenPosition int
	// Placed says where the needles are, in the order of the text. Only needle tasks have it.
	Placed []PlacedNeedle

	task    Task
	version Version
	ours    bool // whether the record says that RULER does not make this sample
	filled  bool // made by Options.Fill
	target  int  // the length asked for
}

// Filled is the data.Sample.Variant of filled samples.
const Filled = "filled"

// PlacedNeedle is a needle with its place in the prompt.
type PlacedNeedle struct {
	Key, Value string
	Asked      bool    // whether the prompt asks for it
	Depth      float64 // percent of the haystack's sentences or lines before it
	Sentence   int     // sentences or lines of the haystack before it
	Offset     int     // byte of the prompt at which it begins; -1 with RemoveNewlineTab
}

// Prompt returns what the model reads.
func (s Sample) Prompt() string { return s.Input + s.AnswerPrefix }

// Data returns the sample as package data has it.
func (s Sample) Data() data.Sample {
	d := data.Sample{Number: s.Number, Prompt: s.Prompt(), Answers: s.Outputs, MaxNewTokens: s.task.Budget}
	if s.filled {
		d.Variant = Filled
	}
	for _, needle := range s.Placed {
		if needle.Asked && needle.Offset >= 0 {
			d.Needles = append(d.Needles, needle.Offset)
		}
	}
	return d
}

// AppendJSON appends the sample as a line of JSON, byte for byte as Python's json.dump writes RULER's record.
// A sample that is not RULER's has more keys at the end: "ruler", which is false, "number", and for needles
// "depths": those of the needles that are asked for, in percent.
func (s Sample) AppendJSON(b []byte) []byte {
	b = appendInt(append(b, '{'), "index", s.Index)
	b = appendString(append(b, ", "...), "input", s.Input)
	b = append(b, `, "outputs": [`...)
	for i, output := range s.Outputs {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = pystring.AppendJSON(b, output)
	}
	b = appendInt(append(b, "], "...), "length", s.Length)
	if s.version == Head {
		b = appendInt(append(b, ", "...), "length_w_model_temp", s.LengthWithTemplate)
		b = appendString(append(b, ", "...), "answer_prefix", s.AnswerPrefix)
		if s.task.Kind == Needles {
			b = appendInt(append(b, ", "...), "token_position_answer", s.TokenPosition)
		}
	}
	if s.ours {
		b = append(b, `, "ruler": false`...)
		b = appendInt(append(b, ", "...), "number", s.Number)
		b = s.appendDepths(b)
	}
	return append(b, "}\n"...)
}

func (s Sample) appendDepths(b []byte) []byte {
	if s.task.Kind != Needles {
		return b
	}
	b = append(b, `, "depths": [`...)
	first := true
	for _, needle := range s.Placed {
		if !needle.Asked {
			continue
		}
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = strconv.AppendFloat(b, needle.Depth, 'f', 2, 64)
	}
	return append(b, ']')
}

func appendInt(b []byte, key string, value int) []byte {
	return strconv.AppendInt(append(pystring.AppendJSON(b, key), ": "...), int64(value), 10)
}

func appendString(b []byte, key, value string) []byte {
	return pystring.AppendJSON(append(pystring.AppendJSON(b, key), ": "...), value)
}
