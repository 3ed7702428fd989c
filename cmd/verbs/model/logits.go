package model

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/generate"
)

func logitsCommand(s *session.Session) *cobra.Command {
	var (
		tokens, out, quirk, extension, dots string
		chunk                               int
	)
	cmd := &cobra.Command{
		Use:   "logits MODEL",
		Short: "Write a model's logits at every position",
		Long: "Reads rows of token ids chunk by chunk and writes a safetensors file with the tensor logits, float32 [batch, time,\n" +
			"stored vocabulary]: at each position those of the next token. With a --quirk that treats prompt and decoding\n" +
			"differently, the first chunk is the prompt, and by default it is the whole row.\n" + session.ModelHelp + "\n" + session.ExtendHelp,
		Example: "  longseq logits tiny-mamba2 --tokens-file tokens.json --out logits.safetensors\n" +
			"  longseq logits tiny-mamba2 --tokens-file tokens.json --extend dt-scale=0.5 --out extended.safetensors\n" +
			"  longseq logits tiny-mamba2 --tokens-file tokens.json --chunk 3 --out in-chunks.safetensors",
		Args: session.Arguments("MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case tokens == "":
				return session.Usagef("logits: --tokens-file is missing: a JSON list of lists of token ids")
			case out == "":
				return session.Usagef("logits: --out is missing: the safetensors file to write")
			case chunk < 1:
				return session.Usagef("logits: --chunk %d: want at least 1 token", chunk)
			case chunk > session.MaxChunk:
				return session.Usagef("logits: --chunk %d: want at most %d tokens", chunk, session.MaxChunk)
			}
			rows, err := readTokens(tokens)
			if err != nil {
				return err
			}
			m, err := loadModel(args[0], quirk, extension, dots)
			if err != nil {
				return err
			}
			if err := lcmodels.CheckTokens(m.Architecture, rows); err != nil {
				return fmt.Errorf("%s: %w", tokens, err)
			}
			if lcmodels.PromptAtOnce(m.Architecture) && !cmd.Flags().Changed("chunk") {
				chunk = len(rows[0])
			}
			return writeLogits(cmd.Context(), s, m, rows, chunk, out)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&tokens, "tokens-file", "", "JSON `FILE`: a list of lists of token ids, all of one length")
	flags.StringVar(&out, "out", "", "the safetensors `FILE` to write")
	flags.IntVar(&chunk, "chunk", generate.DefaultChunk, "tokens read in one step")
	session.QuirkFlag(cmd, &quirk)
	session.ExtendFlag(cmd, &extension)
	session.DotsFlag(cmd, &dots)
	return cmd
}

// writeLogits reads the rows and writes their logits as they are computed.
func writeLogits(ctx context.Context, s *session.Session, m *lcmodels.Model, rows [][]int32, chunk int, out string) error {
	length, vocab := len(rows[0]), m.Architecture.Vocab()
	file, err := checkpoint.CreateFloat32(out, "logits", []int{len(rows), length, vocab}, nil)
	if err != nil {
		return err
	}
	defer file.Close()
	b, err := s.Open()
	if err != nil {
		return err
	}
	defer b.Finalize()
	reader, err := generate.NewReader(b, m, min(chunk, length))
	if err != nil {
		return err
	}
	done, bar := 0, s.Bar("tokens", len(rows)*length)
	err = reader.Logits(ctx, rows, func(row, from int, logits []float32) error {
		done += len(logits) / vocab
		bar(done)
		return file.WriteAt(logits, (row*length+from)*vocab)
	})
	if err != nil {
		return err
	}
	return file.Commit()
}
