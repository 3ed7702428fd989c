package data

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// Stream returns a stream of random numbers that is seeded with the hash of parts. Different parts give independent
// streams.
func Stream(parts ...any) *rand.Rand {
	sum := sha256.Sum256(fmt.Appendln(nil, parts...))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])))
}
