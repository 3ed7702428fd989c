package generate

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
)

var (
	speedDir     = flag.String("speed", "", "folder of checkpoints to time")
	speedPrefill = flag.Int("speed-prefill", 1024, "tokens to read")
	speedDecode  = flag.Int("speed-decode", 64, "tokens to decode behind 16")
	speedRepeat  = flag.Int("speed-repeat", 5, "how often")
	speedDots    = flag.String("speed-dots", "f32", "type of dots: f32 or bf16")
)

// TestSpeedOfCheckpoints times the checkpoints of a folder and prints a JSON line for each measurement, as other
// implementations' scripts do for the same checkpoints. It is run by
//
//	go test ./lcmodels/generate -run Speed -speed /tmp/checkpoints -speed-prefill 4096
func TestSpeedOfCheckpoints(t *testing.T) {
	if *speedDir == "" {
		t.Skip("needs -speed DIR")
	}
	entries, err := os.ReadDir(*speedDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		m, err := lcmodels.Load(filepath.Join(*speedDir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if m.Dots, err = lcmodels.ParseDots(*speedDots); err != nil {
			t.Fatal(err)
		}
		timeCheckpoint(t, m)
	}
}

func timeCheckpoint(t *testing.T, m *lcmodels.Model) {
	b := backendtest.Open(t, "")
	defer b.Finalize()
	random := rand.New(rand.NewPCG(1, 2))
	prompt := make([]int32, *speedPrefill)
	for i := range prompt {
		prompt[i] = 1 + int32(random.IntN(m.Architecture.Vocab()-1))
	}
	report := func(what string, tokens int, run func() error) time.Duration {
		if err := run(); err != nil { // compiles
			t.Fatal(err)
		}
		var all []time.Duration
		for range *speedRepeat {
			begin := time.Now()
			if err := run(); err != nil {
				t.Fatal(err)
			}
			all = append(all, time.Since(begin))
		}
		slices.Sort(all)
		line := map[string]any{
			"model": m.Name, "impl": "longseq " + b.Found.Name, "what": what, "tokens": tokens,
			"min_s": all[0].Seconds(), "median_s": all[len(all)/2].Seconds(), "tokens_per_s": float64(tokens) / all[0].Seconds(),
		}
		if strings.HasPrefix(what, "prefill") {
			line["gflop_per_s"] = float64(lcmodels.FLOPs(m.Architecture, tokens)) / all[0].Seconds() / 1e9
			line["dot_percent"] = 1e9 * line["gflop_per_s"].(float64) / ceiling(t, b) * 100
		}
		text, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(string(text))
		return all[0]
	}
	r, err := NewReader(b, m, DefaultChunk)
	if err != nil {
		t.Fatal(err)
	}
	report("prefill", len(prompt), func() error {
		_, s, err := r.Prefill(t.Context(), [][]int32{prompt}, []int32{0}, r.Start(1))
		if err != nil {
			return err
		}
		return s.Free()
	})
	short, err := NewReader(b, m, 16)
	if err != nil {
		t.Fatal(err)
	}
	report("decode (16-token prompt)", *speedDecode, func() error {
		_, err := short.Answer(t.Context(), []Question{{Prompt: prompt[:16], MaxNewTokens: *speedDecode}})
		return err
	})
}
