package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
)

// jsonTokenizer holds the parts of tokenizer.json that are supported. For a component of another type, parseJSON
// returns an error with its name.
type jsonTokenizer struct {
	AddedTokens []struct {
		ID         int32
		Content    string
		SingleWord bool `json:"single_word"`
		Lstrip     bool
		Rstrip     bool
		Normalized bool
		Special    bool
	} `json:"added_tokens"`
	Normalizer    *jsonStep
	PreTokenizer  *jsonStep `json:"pre_tokenizer"`
	PostProcessor *jsonStep `json:"post_processor"`
	Decoder       *jsonStep
	Model         *jsonModel
}

// jsonStep is a normaliser, pre-tokenizer, post-processor or decoder, or a sequence of them.
type jsonStep struct {
	Type           string
	Normalizers    []jsonStep
	Decoders       []jsonStep
	Processors     []jsonStep
	Prepend        string
	Pattern        struct{ String *string }
	Content        string
	Start, Stop    int
	AddPrefixSpace bool  `json:"add_prefix_space"`
	UseRegex       *bool `json:"use_regex"`
	Single         []struct {
		SpecialToken *struct{ ID string }
	}
	SpecialTokens map[string]struct{ IDs []int32 } `json:"special_tokens"`
}

// jsonModel is a BPE or WordLevel model.
type jsonModel struct {
	Type         string
	Vocab        json.RawMessage
	Merges       []jsonMerge
	UnkToken     *string `json:"unk_token"`
	FuseUnk      bool    `json:"fuse_unk"`
	ByteFallback bool    `json:"byte_fallback"`
	IgnoreMerges bool    `json:"ignore_merges"`
	Dropout      float64
	Prefix       string `json:"continuing_subword_prefix"`
	Suffix       string `json:"end_of_word_suffix"`
}

// jsonMerge is a pair of pieces, in the file "a b" or ["a", "b"].
type jsonMerge [2]string

func (m *jsonMerge) UnmarshalJSON(data []byte) error {
	var parts []string
	if data[0] == '"' {
		var joined string
		if err := json.Unmarshal(data, &joined); err != nil {
			return err
		}
		parts = strings.Split(joined, " ")
	} else if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("merge of %d parts", len(parts))
	}
	*m = jsonMerge(parts)
	return nil
}

// parseJSON reads a tokenizer.json.
func parseJSON(data []byte) (*Tokenizer, error) {
	var file jsonTokenizer
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	if file.Model == nil {
		return nil, errors.New("has no model")
	}
	var vocab map[string]int32
	if err := json.Unmarshal(file.Model.Vocab, &vocab); err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	t := &Tokenizer{BOS: None, EOS: None, ids: vocab, next: whole}
	for _, step := range []func(*jsonTokenizer) error{t.useNormalizer, t.useModel, t.usePreTokenizer, t.useAddedTokens, t.useDecoder, t.usePostProcessor} {
		if err := step(&file); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func unsupported(what, name string) error {
	return fmt.Errorf("%s %q is not supported: no published model of this program uses it", what, name)
}

// useNormalizer sets how text is normalised: by the file's normalisers one after the other.
func (t *Tokenizer) useNormalizer(file *jsonTokenizer) error {
	if file.Normalizer == nil {
		return nil
	}
	steps := []jsonStep{*file.Normalizer}
	if steps[0].Type == "Sequence" {
		steps = steps[0].Normalizers
	}
	var chain []func(string) string
	for _, s := range steps {
		switch {
		case s.Type == "NFC":
			chain = append(chain, func(text string) string { return normalize(text, false) })
		case s.Type == "NFKC":
			chain = append(chain, func(text string) string { return normalize(text, true) })
		case s.Type == "Prepend":
			chain = append(chain, func(text string) string {
				if text == "" {
					return ""
				}
				return s.Prepend + text
			})
		case s.Type == "Replace" && s.Pattern.String != nil && *s.Pattern.String != "":
			chain = append(chain, func(text string) string { return strings.ReplaceAll(text, *s.Pattern.String, s.Content) })
		default:
			return unsupported("normalizer", s.Type)
		}
	}
	t.normalize = func(text string) string {
		for _, f := range chain {
			text = f(text)
		}
		return text
	}
	return nil
}

// usePreTokenizer sets how text is split into words.
func (t *Tokenizer) usePreTokenizer(file *jsonTokenizer) error {
	p := file.PreTokenizer
	switch {
	case p == nil:
		if t.Kind == FallbackBPE && cutsAtSpaces(t.ids) {
			t.next = spacedWord
		}
	case p.Type == "WhitespaceSplit":
		t.next = whitespaceWord
		t.additive = true
	case p.Type == "Split" && p.Pattern.String != nil && *p.Pattern.String == " " && t.normalize != nil && !strings.Contains(t.normalize("a b"), " "):
		if t.Kind == FallbackBPE && cutsAtSpaces(t.ids) {
			t.next = spacedWord
		}
	case p.Type == "ByteLevel" && !p.AddPrefixSpace && (p.UseRegex == nil || *p.UseRegex):
		t.next = gpt2Word
		t.additive = true
	default:
		return unsupported("pre_tokenizer", p.Type)
	}
	if (p != nil && p.Type == "ByteLevel") != (t.Kind == ByteLevelBPE) {
		return errors.New("pre_tokenizer and decoder do not agree on ByteLevel")
	}
	return nil
}

// useAddedTokens sets the tokens that are matched before or after normalisation.
func (t *Tokenizer) useAddedTokens(file *jsonTokenizer) error {
	before, after := make(map[string]int32), make(map[string]int32)
	t.ids = maps.Clone(t.ids) // the model keeps its vocabulary without them
	for _, a := range file.AddedTokens {
		if a.SingleWord || a.Lstrip || a.Rstrip {
			return fmt.Errorf("added token %q: single_word, lstrip and rstrip are not supported", a.Content)
		}
		if a.Content == "" {
			return fmt.Errorf("added token %d is empty", a.ID)
		}
		content := a.Content
		into := before
		if a.Normalized {
			into = after
			if t.normalize != nil {
				content = t.normalize(content)
			}
		}
		into[content] = a.ID
		t.ids[a.Content] = a.ID
		for i := range len(content) - 1 {
			if content[i] > ' ' && content[i+1] == ' ' {
				t.additive = false
			}
		}
		if a.Special && t.EOS == None && (a.Content == "</s>" || a.Content == "<eos>" || a.Content == "<|endoftext|>") {
			t.EOS = a.ID
		}
	}
	t.special, t.added = newTrie(before), newTrie(after)
	return t.usePieces()
}

// maxVocab limits the number of pieces. Gemma has 256,000.
const maxVocab = 4 << 20

// usePieces sets the list of pieces by id.
func (t *Tokenizer) usePieces() error {
	size := 0
	for text, id := range t.ids {
		if id < 0 || id >= maxVocab {
			return fmt.Errorf("piece %q has the impossible id %d", text, id)
		}
		size = max(size, int(id)+1)
	}
	t.pieces = make([]piece, size)
	for text, id := range t.ids {
		if other := t.pieces[id]; other.kind != missing {
			return fmt.Errorf("two pieces have the id %d", id)
		}
		t.pieces[id] = piece{text, plain}
	}
	for id, p := range t.pieces {
		switch t.Kind {
		case ByteLevelBPE:
			t.pieces[id].text = fromByteRunes(p.text)
		case FallbackBPE:
			if b, ok := byteOf(p.text); ok {
				t.pieces[id] = piece{string([]byte{b}), oneByte}
			}
		}
	}
	return nil
}

// useDecoder sets how pieces are joined to a text.
func (t *Tokenizer) useDecoder(file *jsonTokenizer) error {
	var names []string
	d := file.Decoder
	if d == nil {
		if t.Kind != WordLevel {
			return unsupported("decoder", "null")
		}
		t.style = joinWords
		return nil
	}
	steps := []jsonStep{*d}
	if d.Type == "Sequence" {
		steps = d.Decoders
	}
	for _, s := range steps {
		switch {
		case s.Type == "Replace" && s.Pattern.String != nil && *s.Pattern.String == space && s.Content == " ",
			s.Type == "Strip" && s.Content == " " && s.Start == 1 && s.Stop == 0,
			s.Type == "ByteLevel", s.Type == "ByteFallback", s.Type == "Fuse":
			names = append(names, s.Type)
		default:
			return unsupported("decoder", s.Type)
		}
	}
	switch got := strings.Join(names, " "); got {
	case "ByteLevel":
		t.style = joinBytes
	case "Replace ByteFallback Fuse":
		t.style = joinRuns
	case "Replace ByteFallback Fuse Strip":
		t.style = joinRunsStrip
	default:
		return unsupported("decoder", got)
	}
	if (t.style == joinBytes) != (t.Kind == ByteLevelBPE) || t.Kind == WordLevel {
		return errors.New("model and decoder do not agree")
	}
	return nil
}

// usePostProcessor sets BOS to the token that the file puts before every text.
func (t *Tokenizer) usePostProcessor(file *jsonTokenizer) error {
	p := file.PostProcessor
	if p == nil {
		return nil
	}
	steps := []jsonStep{*p}
	if p.Type == "Sequence" {
		steps = p.Processors
	}
	for _, s := range steps {
		switch s.Type {
		case "ByteLevel": // changes offsets only
		case "TemplateProcessing":
			if len(s.Single) == 0 || s.Single[0].SpecialToken == nil {
				continue
			}
			ids := s.SpecialTokens[s.Single[0].SpecialToken.ID].IDs
			if len(ids) != 1 || ids[0] < 0 || int(ids[0]) >= len(t.pieces) {
				return fmt.Errorf("post_processor: token %q has no id", s.Single[0].SpecialToken.ID)
			}
			t.BOS = ids[0]
		default:
			return unsupported("post_processor", s.Type)
		}
	}
	return nil
}
