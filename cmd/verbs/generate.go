package verbs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/tokenizer"
	"longseq/study/models"
)

// generateFlags are the flags of generate as they are given.
type generateFlags struct {
	tokens, tokenizer, template, quirk, dots string
	most                                     int
	ignoreEOS, json                          bool
}

func generateCommand(s *session) *cobra.Command {
	f := &generateFlags{}
	cmd := &cobra.Command{
		Use:   "generate MODEL [PROMPT]",
		Short: "Continue a prompt greedily",
		Long: "Reads a text, or rows of token ids, and prints how the model goes on: at each place the likeliest token,\n" +
			"up to the model's end of text. With --json, an object of tokens (with the one that ended it) and text.\n" + modelHelp,
		Example: "  longseq generate tiny-llama 'once upon a time' --max-new-tokens 5\n" +
			"  longseq generate tiny-llama --tokens-file tokens.json --max-new-tokens 5 --ignore-eos --json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return arguments("MODEL")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), s, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.tokens, "tokens-file", "", "JSON `FILE` instead of PROMPT: a list of lists of token ids, all of one length")
	flags.IntVar(&f.most, "max-new-tokens", 0, "how many tokens to add at most")
	flags.BoolVar(&f.ignoreEOS, "ignore-eos", false, "go on behind the end of text")
	flags.StringVar(&f.tokenizer, "tokenizer", "", "folder or file of the tokenizer (default: beside the weights)")
	flags.StringVar(&f.template, "template", tokenizer.Base.Name, "what to put around PROMPT: base (nothing), sharegpt, gemma, rwkv")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	quirkFlag(cmd, &f.quirk)
	dotsFlag(cmd, &f.dots)
	return cmd
}

// generated is what --json prints.
type generated struct {
	Tokens [][]int32 `json:"tokens"`
	Text   []string  `json:"text"` // null without a tokenizer
}

func (f *generateFlags) run(ctx context.Context, s *session, args []string) error {
	template, err := f.check(args)
	if err != nil {
		return err
	}
	var rows [][]int32
	if f.tokens != "" {
		if rows, err = readTokens(f.tokens); err != nil {
			return err
		}
	}
	m, err := loadModel(args[0], f.quirk, f.dots)
	if err != nil {
		return err
	}
	words, err := loadTokenizer(f.tokenizer, args[0], m)
	if err != nil {
		return err
	}
	if rows == nil {
		if words == nil {
			return fmt.Errorf("generate: there is no tokenizer beside %s: name one with --tokenizer, or give --tokens-file", args[0])
		}
		rows = [][]int32{words.Prompt(template.Render(args[1]))}
	}
	if err := lcmodels.CheckTokens(m.Architecture, rows); err != nil {
		return err
	}
	f.noteLength(s, m, len(rows[0]))
	ends := models.StopTokens(m, words, template.Stop)
	answers, err := f.answer(ctx, s, m, rows, ends)
	if err != nil {
		return err
	}
	result := generated{}
	for _, a := range answers {
		result.Tokens = append(result.Tokens, a.Tokens)
		if words != nil {
			result.Text = append(result.Text, words.Decode(withoutEnd(a.Tokens, ends)))
		}
	}
	return f.print(s, result)
}

// check refuses calls that cannot be meant and returns the template.
func (f *generateFlags) check(args []string) (tokenizer.Template, error) {
	template, err := tokenizer.TemplateNamed(f.template)
	switch {
	case err != nil:
		return template, usagef("generate: %w", err)
	case (len(args) == 2) == (f.tokens != ""):
		return template, usagef("generate: want PROMPT or --tokens-file, one of them")
	case len(args) == 2 && args[1] == "":
		return template, usagef("generate: PROMPT is empty")
	case f.most < 1:
		return template, usagef("generate: --max-new-tokens %d: want at least 1", f.most)
	}
	return template, nil
}

// noteLength says in a line that a prompt and its answer are longer than what the model was trained on, if it tells.
func (f *generateFlags) noteLength(s *session, m *lcmodels.Model, prompt int) {
	trained := lcmodels.TrainedLength(m.Architecture)
	if trained == 0 || prompt+f.most <= trained {
		return
	}
	fmt.Fprintf(s.err, "longseq: %d tokens of prompt and answer are more than the %d that %s was trained on: it may forget or ramble\n",
		prompt+f.most, trained, m.Name)
}

// answer opens the backend and continues the rows.
func (f *generateFlags) answer(ctx context.Context, s *session, m *lcmodels.Model, rows [][]int32, ends []int32) ([]generate.Answer, error) {
	if f.ignoreEOS {
		ends = nil
	}
	b, err := s.open()
	if err != nil {
		return nil, err
	}
	defer b.Finalize()
	reader, err := generate.NewReader(b, m, min(len(rows[0]), generate.DefaultChunk))
	if err != nil {
		return nil, err
	}
	questions := make([]generate.Question, len(rows))
	for i, row := range rows {
		questions[i] = generate.Question{Prompt: row, MaxNewTokens: f.most}
	}
	return reader.Answer(ctx, questions, ends...)
}

// withoutEnd drops the token that ended an answer, which is no part of its text.
func withoutEnd(tokens, ends []int32) []int32 {
	if n := len(tokens); n > 0 && slices.Contains(ends, tokens[n-1]) {
		return tokens[:n-1]
	}
	return tokens
}

func (f *generateFlags) print(s *session, result generated) error {
	if f.json {
		return s.printJSON(result)
	}
	var errs []error
	for i, tokens := range result.Tokens {
		line := fmt.Sprint(tokens)
		if result.Text != nil {
			line = result.Text[i]
		}
		_, err := fmt.Fprintln(s.out, line)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
