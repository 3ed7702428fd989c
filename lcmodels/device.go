package lcmodels

import (
	"fmt"
	"sync"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels/checkpoint"
)

// weightTypes are the types in which weights may be stored. On the device they have the same.
var weightTypes = map[checkpoint.DType]dtypes.DType{
	checkpoint.F64: dtypes.Float64, checkpoint.F32: dtypes.Float32, checkpoint.F16: dtypes.Float16, checkpoint.BF16: dtypes.BFloat16,
}

// placed are the weights of a loaded model on a device.
type placed struct {
	mu      sync.Mutex
	on      *backend.Backend
	weights []*tensors.Tensor
}

// OnDevice returns the weights in the order of Architecture.Weights, on the backend's device, in the type in which
// they are stored. The weights of a loaded model are copied there from its files tensor by tensor, once for each
// backend. The host keeps no copy.
func (m *Model) OnDevice(b *backend.Backend) ([]*tensors.Tensor, error) {
	if m.path == "" {
		return m.Weights, nil
	}
	m.placed.mu.Lock()
	defer m.placed.mu.Unlock()
	if m.placed.on == b {
		return m.placed.weights, nil
	}
	c, err := checkpoint.Open(m.path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	found, err := findWeights(m.Architecture, c)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", m.path, err)
	}
	if free, known := backend.FreeMemory(b); known && c.Bytes() > free {
		return nil, fmt.Errorf("load %s: its weights take %.1f GB, and %.1f GB of memory are free", m.path, gigabytes(c.Bytes()), gigabytes(free))
	}
	weights := make([]*tensors.Tensor, len(found))
	for i, t := range found {
		if weights[i], err = place(b, t); err != nil {
			return nil, fmt.Errorf("load %s: tensor %s: %w", m.path, t.Name, err)
		}
	}
	m.placed.on, m.placed.weights = b, weights
	return weights, nil
}

func gigabytes(bytes int64) float64 { return float64(bytes) / 1e9 }

// place copies a tensor out of its file onto the device.
func place(b *backend.Backend, t checkpoint.Tensor) (*tensors.Tensor, error) {
	w := tensors.FromShape(shapes.Make(weightTypes[t.DType], t.Shape...))
	fill := func() error { return w.MutableBytes(func(data []byte) { copy(data, t.Bytes()) }) }
	if b.HasSharedBuffers() {
		// The device shares the host's memory. The tensor is made there first, so that the values are written once and
		// the host's zeros are not touched.
		if err := w.MaterializeOnDevice(b, true, 0); err != nil {
			return nil, err
		}
		return w, fill()
	}
	if err := fill(); err != nil {
		return nil, err
	}
	if err := w.MaterializeOnDevice(b, false, 0); err != nil {
		return nil, err
	}
	w.FinalizeLocal()
	return w, nil
}
