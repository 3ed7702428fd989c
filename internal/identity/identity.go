// Package identity names values by hashes of what determines them: cells, prompts, plans, models.
package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// Of hashes the parts, in the order given, to 80 bits, as 20 hexadecimal digits. Each part is preceded by its
// length, so that parts which join to the same text have different identities.
func Of(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}
