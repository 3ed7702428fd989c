package recall

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// generator returns the random numbers of whatever parts describe. Different parts give independent
// streams, equal parts the same: nothing else decides a sample.
func generator(parts ...any) *rand.Rand {
	sum := sha256.Sum256(fmt.Appendln(nil, parts...))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])))
}
