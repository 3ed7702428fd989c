package lcmodels

import "fmt"

// CheckTokens returns an error for a token that the architecture has no embedding for. A graph would use the embedding of
// another token without notice.
func CheckTokens(a Architecture, rows [][]int32) error {
	vocab := int32(a.Vocab())
	for b, row := range rows {
		for i, token := range row {
			if token < 0 || token >= vocab {
				return fmt.Errorf("token %d of row %d is %d: the vocabulary is 0 to %d", i, b, token, vocab-1)
			}
		}
	}
	return nil
}
