package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/lcmodels/tokenizer"
)

func tokenizeCommand(s *session.Session) *cobra.Command {
	var (
		file           string
		decode, asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "tokenize TOKENIZER",
		Short: "Encode texts as token ids, or decode token ids",
		Long: "Prints the token ids of texts, without BOS, or with --decode the texts of token ids, one line each.\n" +
			"TOKENIZER is a folder or a file: tokenizer.json, tokenizer.model or an RWKV vocabulary, plain or .gz.",
		Example: "  longseq tokenize tiny-llama --texts-file texts.json --json\n" +
			"  longseq tokenize tiny-llama/tokenizer.json --texts-file ids.json --decode",
		Args: session.Arguments("TOKENIZER"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case file == "":
				return session.Usagef("tokenize: --texts-file is missing: a JSON list of texts, or with --decode of lists of ids")
			case decode:
				return decodeIDs(s, args[0], file, asJSON)
			}
			return encodeTexts(s, args[0], file, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "texts-file", "", "JSON `FILE`: a list of texts, or with --decode a list of lists of ids")
	flags.BoolVar(&decode, "decode", false, "decode ids to texts")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func encodeTexts(s *session.Session, from, file string, asJSON bool) error {
	texts, err := readJSON[[]string](file, "a list of texts")
	if err != nil {
		return err
	}
	tok, err := tokenizer.Load(from)
	if err != nil {
		return err
	}
	ids := make([][]int32, len(texts))
	for i, text := range texts {
		ids[i] = tok.Encode(text)
	}
	if asJSON {
		return s.PrintJSON(map[string][][]int32{"ids": ids})
	}
	for _, row := range ids {
		fields := make([]string, len(row))
		for i, id := range row {
			fields[i] = strconv.Itoa(int(id))
		}
		if _, err := fmt.Fprintln(s.Out, strings.Join(fields, " ")); err != nil {
			return err
		}
	}
	return nil
}

func decodeIDs(s *session.Session, from, file string, asJSON bool) error {
	ids, err := readJSON[[][]int32](file, "a list of lists of token ids")
	if err != nil {
		return err
	}
	tok, err := tokenizer.Load(from)
	if err != nil {
		return err
	}
	texts := make([]string, len(ids))
	for i, row := range ids {
		if at := slices.IndexFunc(row, func(id int32) bool { return !tok.Knows(id) }); at >= 0 {
			return fmt.Errorf("%s: list %d has %d at place %d: that is no id of %s, which has 0 to %d", file, i, row[at], at, from, tok.VocabSize()-1)
		}
		texts[i] = tok.Decode(row)
	}
	if asJSON {
		return s.PrintJSON(map[string][]string{"texts": texts})
	}
	for _, text := range texts {
		if _, err := fmt.Fprintln(s.Out, text); err != nil {
			return err
		}
	}
	return nil
}
