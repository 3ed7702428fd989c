package verbs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"longseq/lcmodels"
	"longseq/lcmodels/tokenizer"
	"longseq/study/models"
)

// modelHelp says what MODEL may be.
const modelHelp = "MODEL is a folder in hub form, a single .pth file of RWKV, or a name on the hub that is in its cache (see longseq models)."

// quirkFlag adds --quirk to a verb.
func quirkFlag(cmd *cobra.Command, quirk *string) {
	cmd.Flags().StringVar(quirk, "quirk", "", "compute as a reference does where it departs from the model: transformers-2024, deepmind-window or mamba-ssm-decode")
}

// dotsFlag adds --dots to a verb.
func dotsFlag(cmd *cobra.Command, dots *string) {
	cmd.Flags().StringVar(dots, "dots", "f32", "compute products with weights in f32, or in bf16: faster where the machine has such products, and rounded")
}

// loadModel reads the model that an argument names, with a quirk unless that is empty, and its dots in a type.
func loadModel(name, quirk, dots string) (*lcmodels.Model, error) {
	dtype, err := lcmodels.ParseDots(dots)
	if err != nil {
		return nil, usagef("--dots %w", err)
	}
	var q lcmodels.Quirk
	if quirk != "" {
		if q, err = lcmodels.ParseQuirk(quirk); err != nil {
			return nil, usageError{err}
		}
	}
	place, err := models.Locate(name)
	if err != nil {
		return nil, err
	}
	place.Quirk, place.Dots = q, dtype
	m, err := place.LoadModel()
	if errors.Is(err, lcmodels.ErrNotItsQuirk) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, err
	}
	if place.Path != name {
		m.Name = name
	}
	return m, nil
}

// loadTokenizer reads a model's tokenizer from the place that is said, else from where its weights lie or, of
// a published model without, from the hub's cache; nil if there is none.
func loadTokenizer(said, model string, m *lcmodels.Model) (*tokenizer.Tokenizer, error) {
	place, err := models.Locate(model)
	if err != nil {
		return nil, err
	}
	if said != "" {
		place.Tokenizer = said
	}
	t, err := place.LoadTokenizer(m)
	if errors.Is(err, tokenizer.ErrNone) && said == "" {
		return nil, nil
	}
	return t, err
}

// readTokens reads a rectangular list of lists of token ids.
func readTokens(path string) ([][]int32, error) {
	rows, err := readJSON[[][]int32](path, "a list of lists of token ids")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, fmt.Errorf("%s: no tokens: want a list of lists of token ids", path)
	}
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, fmt.Errorf("%s: row %d has %d tokens and row 0 has %d: want rows of equal length", path, i, len(row), len(rows[0]))
		}
	}
	return rows, nil
}

// readJSON reads a file that must hold what T says, without null.
func readJSON[T any](path, want string) (T, error) {
	var value T
	raw, err := os.ReadFile(path)
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, fmt.Errorf("%s: %w: want %s", path, err, want)
	}
	tokens := json.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := tokens.Token()
		switch {
		case errors.Is(err, io.EOF):
			return value, nil
		case err != nil:
			return value, fmt.Errorf("%s: %w", path, err)
		case token == nil:
			return value, fmt.Errorf("%s: holds null: want %s", path, want)
		}
	}
}
