package reproduce

import (
	"fmt"
	"time"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
)

// speed is how fast a backend computes.
type speed struct {
	flops float64 // floating-point operations per second, in a float32 matrix product
	bytes float64 // bytes per second, of a matrix multiplied by one vector
	// scoreMatrix says that attention holds the scores of all keys in memory, as it does without native kernels.
	scoreMatrix bool
}

// measure times a matrix product and the product of a vector with a matrix, each for a fraction of a second.
func measure(b *backend.Backend) (speed, error) {
	const n, wide = 1024, 4096
	square, err := fastest(b, []int{n, n}, []int{n, n})
	if err != nil {
		return speed{}, fmt.Errorf("measure %s: %w", b.Found.Name, err)
	}
	vector, err := fastest(b, []int{1, wide}, []int{wide, wide})
	if err != nil {
		return speed{}, fmt.Errorf("measure %s: %w", b.Found.Name, err)
	}
	return speed{flops: 2 * n * n * n / square.Seconds(), bytes: 4 * wide * wide / vector.Seconds(), scoreMatrix: b.Native() != nil}, nil
}

// fastest returns the shortest time that the product of two matrices of these dimensions took.
func fastest(b *backend.Backend, left, right []int) (time.Duration, error) {
	e, err := NewExec(b, func(x, y *Node) *Node { return Dot(x, y) })
	if err != nil {
		return 0, err
	}
	defer e.Finalize()
	x, y := tensors.FromShape(shapes.Make(dtypes.Float32, left...)), tensors.FromShape(shapes.Make(dtypes.Float32, right...))
	best := time.Hour
	for range 6 {
		begin := time.Now()
		out, err := e.Exec1(x, y)
		if err != nil {
			return 0, err
		}
		if err := tensors.ConstFlatData(out, func([]float32) {}); err != nil { // waits for the result
			return 0, err
		}
		best = min(best, time.Since(begin))
		if err := out.FinalizeAll(); err != nil {
			return 0, err
		}
	}
	return best, nil
}
