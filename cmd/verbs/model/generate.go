package model

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/tokenizer"
	"longseq/study/models"
)

// generateFlags are the flags of generate.
type generateFlags struct {
	tokens, tokenizer, template, quirk, extension, dots string
	maxNewTokens                                        int
	ignoreEOS, json                                     bool
}

func generateCommand(s *session.Session) *cobra.Command {
	f := &generateFlags{}
	cmd := &cobra.Command{
		Use:   "generate MODEL [PROMPT]",
		Short: "Continue a prompt greedily",
		Long: "Prints the model's greedy continuation of a text, or of rows of token ids, up to an end-of-text token.\n" +
			"With --json, prints an object of tokens (the end-of-text token included) and text.\n" + session.ModelHelp + "\n" + session.ExtendHelp,
		Example: "  longseq generate tiny-llama 'once upon a time' --max-new-tokens 5\n" +
			"  longseq generate tiny-llama 'once upon a time' --max-new-tokens 5 --extend window=32+sinks=4\n" +
			"  longseq generate tiny-llama --tokens-file tokens.json --max-new-tokens 5 --ignore-eos --json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return session.Arguments("MODEL")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), s, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.tokens, "tokens-file", "", "JSON `FILE` instead of PROMPT: a list of lists of token ids, all of one length")
	flags.IntVar(&f.maxNewTokens, "max-new-tokens", 0, "maximum number of tokens to generate")
	flags.BoolVar(&f.ignoreEOS, "ignore-eos", false, "continue after an end-of-text token")
	flags.StringVar(&f.tokenizer, "tokenizer", "", "folder or file of the tokenizer (default: beside the weights)")
	flags.StringVar(&f.template, "template", tokenizer.Base.Name, "prompt template: base (the text alone), sharegpt, gemma, rwkv")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	session.QuirkFlag(cmd, &f.quirk)
	session.ExtendFlag(cmd, &f.extension)
	session.DotsFlag(cmd, &f.dots)
	return cmd
}

// generated is what --json prints.
type generated struct {
	Tokens [][]int32 `json:"tokens"`
	Text   []string  `json:"text"` // null without a tokenizer
}

func (f *generateFlags) run(ctx context.Context, s *session.Session, args []string) error {
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
	m, err := loadModel(args[0], f.quirk, f.extension, f.dots)
	if err != nil {
		return err
	}
	tok, err := loadTokenizer(f.tokenizer, args[0], m)
	if err != nil {
		return err
	}
	if rows == nil {
		if tok == nil {
			return fmt.Errorf("generate: there is no tokenizer beside %s: name one with --tokenizer, or give --tokens-file", args[0])
		}
		rows = [][]int32{tok.Prompt(template.Render(args[1]))}
	}
	if err := lcmodels.CheckTokens(m.Architecture, rows); err != nil {
		return err
	}
	f.noteLength(s, m, len(rows[0]))
	stop := models.StopTokens(m, tok, template.Stop)
	answers, err := f.answer(ctx, s, m, rows, stop)
	if err != nil {
		return err
	}
	result := generated{}
	for _, a := range answers {
		result.Tokens = append(result.Tokens, a.Tokens)
		if tok != nil {
			result.Text = append(result.Text, tok.Decode(withoutStop(a.Tokens, stop)))
		}
	}
	return f.print(s, result)
}

// check returns the template, or an error in the call.
func (f *generateFlags) check(args []string) (tokenizer.Template, error) {
	template, err := tokenizer.TemplateNamed(f.template)
	switch {
	case err != nil:
		return template, session.Usagef("generate: %w", err)
	case (len(args) == 2) == (f.tokens != ""):
		return template, session.Usagef("generate: want either PROMPT or --tokens-file")
	case len(args) == 2 && args[1] == "":
		return template, session.Usagef("generate: PROMPT is empty")
	case f.maxNewTokens < 1:
		return template, session.Usagef("generate: --max-new-tokens %d: want at least 1", f.maxNewTokens)
	case f.maxNewTokens > session.MaxChunk:
		return template, session.Usagef("generate: --max-new-tokens %d: want at most %d", f.maxNewTokens, session.MaxChunk)
	}
	return template, nil
}

// noteLength prints a line if prompt and answer are longer than the sequences that the model was trained on. It
// prints nothing for an architecture that does not know its training length.
func (f *generateFlags) noteLength(s *session.Session, m *lcmodels.Model, prompt int) {
	trained := lcmodels.TrainedLength(m.Architecture)
	if trained == 0 || prompt+f.maxNewTokens <= trained {
		return
	}
	fmt.Fprintf(s.Err, "longseq: %d tokens of prompt and answer are more than the %d that %s was trained on: the answer may be poor\n",
		prompt+f.maxNewTokens, trained, m.Name)
}

// answer opens the backend and continues the rows.
func (f *generateFlags) answer(ctx context.Context, s *session.Session, m *lcmodels.Model, rows [][]int32, stop []int32) ([]generate.Answer, error) {
	if f.ignoreEOS {
		stop = nil
	}
	b, err := s.Open()
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
		questions[i] = generate.Question{Prompt: row, MaxNewTokens: f.maxNewTokens}
	}
	answers, err := reader.Answer(ctx, questions, stop...)
	if err != nil {
		return nil, err
	}
	for row, a := range answers {
		if a.NotFinite {
			return nil, &generate.NotFinite{Model: m.Name, Row: row, Position: -1}
		}
	}
	return answers, nil
}

// withoutStop drops the stop token at the end of an answer, which is no part of its text.
func withoutStop(tokens, stop []int32) []int32 {
	if n := len(tokens); n > 0 && slices.Contains(stop, tokens[n-1]) {
		return tokens[:n-1]
	}
	return tokens
}

func (f *generateFlags) print(s *session.Session, result generated) error {
	if f.json {
		return s.PrintJSON(result)
	}
	var errs []error
	for i, tokens := range result.Tokens {
		line := fmt.Sprint(tokens)
		if result.Text != nil {
			line = result.Text[i]
		}
		_, err := fmt.Fprintln(s.Out, line)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
