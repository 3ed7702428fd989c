package pyrandom

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// number is a JSON integer, or a decimal string where it passes 2^53.
type number struct{ big.Int }

func (n *number) UnmarshalJSON(text []byte) error {
	if _, ok := n.SetString(strings.Trim(string(text), `"`), 10); !ok {
		return fmt.Errorf("not an integer: %s", text)
	}
	return nil
}

// permutation is a golden sample or shuffle: whole, or its head and the digest of the rest.
type permutation struct {
	N, K    int
	NextU32 uint32 `json:"next_u32"`
	V       []int
	Head    []int
	SHA256  string
}

func (p permutation) check(t *testing.T, got []int, next uint32) {
	t.Helper()
	if next != p.NextU32 {
		t.Errorf("n=%d k=%d: next word %d, want %d", p.N, p.K, next, p.NextU32)
	}
	if p.SHA256 == "" {
		if !slices.Equal(got, p.V) {
			t.Errorf("n=%d k=%d: %v, want %v", p.N, p.K, got, p.V)
		}
		return
	}
	if text, _ := json.Marshal(got); !slices.Equal(got[:len(p.Head)], p.Head) || digest(text) != p.SHA256 {
		t.Errorf("n=%d k=%d: begins %v, want %v, or differs further on", p.N, p.K, got[:len(p.Head)], p.Head)
	}
}

func digest(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

type goldens struct {
	Python []struct {
		Seed          number
		Words         []uint32 `json:"genrand_uint32"`
		Random        []string
		Getrandbits   [][2]number
		Randbelow     [][2]number
		Randint       []int64  `json:"randint_1000000_9999999"`
		Choice        []int    `json:"choice_index_of_6181707"`
		Upper5        []string `json:"choices_upper_k5"`
		Lower6        []string `json:"choices_lower_k6"`
		UUID          []string
		Sample        []permutation
		Shuffle       []permutation
		Mixed         [][2]json.RawMessage
		ChoicesUpper3 []string `json:"choices_upper_k3"`
	}
	NumPy []struct {
		Seed   uint32
		Values []int64     `json:"randint_10000_99999"`
		Bounds [][3]number `json:"randint_bounds"`
	}
}

func readGoldens(t *testing.T) goldens {
	t.Helper()
	text, err := os.ReadFile("testdata/rng.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

const (
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower = "abcdefghijklmnopqrstuvwxyz"
)

func TestRandomDrawsWhatCPythonDraws(t *testing.T) {
	for _, g := range readGoldens(t).Python {
		fresh := func() *Random { return newBig(&g.Seed.Int) }
		t.Run("seed "+g.Seed.String(), func(t *testing.T) {
			equal(t, "words", g.Words, func(r *Random) uint32 { return r.uint32() }, fresh())
			hex := func(r *Random) string { return strconv.FormatFloat(r.Float64(), 'x', -1, 64) }
			equal(t, "random", pythonHex(g.Random), hex, fresh())
			equal(t, "randint", g.Randint, func(r *Random) int64 { return r.Int(1000000, 9999999) }, fresh())
			equal(t, "choice", g.Choice, func(r *Random) int { return r.Choice(6181707) }, fresh())
			equal(t, "upper k=5", g.Upper5, func(r *Random) string { return r.Choices(upper, 5) }, fresh())
			equal(t, "upper k=3", g.ChoicesUpper3, func(r *Random) string { return r.Choices(upper, 3) }, fresh())
			equal(t, "lower k=6", g.Lower6, func(r *Random) string { return r.Choices(lower, 6) }, fresh())
			equal(t, "uuid", g.UUID, (*Random).UUID, fresh())
			r := fresh()
			for _, c := range g.Getrandbits {
				k, want := int(c[0].Int64()), c[1]
				if k > 64 {
					break
				}
				if got := r.bits(k); got != want.Uint64() {
					t.Errorf("getrandbits(%d) = %d, want %s", k, got, want.String())
				}
			}
			r = fresh()
			for _, c := range g.Randbelow {
				if !c[0].IsUint64() {
					break
				}
				if got := r.below(c[0].Uint64()); got != c[1].Uint64() {
					t.Errorf("randbelow(%s) = %d, want %s", c[0].String(), got, c[1].String())
				}
			}
			for _, c := range g.Sample {
				r := fresh()
				got, err := r.Sample(c.N, c.K)
				if err != nil {
					t.Fatal(err)
				}
				c.check(t, got, r.uint32())
			}
			for _, c := range g.Shuffle {
				r := fresh()
				c.check(t, r.Shuffle(c.N), r.uint32())
			}
		})
	}
}

// equal draws once for each golden value and compares.
func equal[T comparable](t *testing.T, name string, want []T, draw func(*Random) T, r *Random) {
	t.Helper()
	for i, w := range want {
		if got := draw(r); got != w {
			t.Errorf("%s, draw %d: %v, want %v", name, i, got, w)
		}
	}
}

// pythonHex writes C99 hex floats as strconv does.
func pythonHex(texts []string) []string {
	var out []string
	for _, text := range texts {
		f, _ := strconv.ParseFloat(text, 64)
		out = append(out, strconv.FormatFloat(f, 'x', -1, 64))
	}
	return out
}

func TestOneStreamFeedsEveryKindOfDraw(t *testing.T) {
	for _, g := range readGoldens(t).Python {
		r := newBig(&g.Seed.Int)
		for i, step := range g.Mixed {
			var name string
			if err := json.Unmarshal(step[0], &name); err != nil {
				t.Fatal(err)
			}
			fields := strings.Fields(name)
			argument := func(i int) int { n, _ := strconv.Atoi(fields[i]); return n }
			var got any
			switch fields[0] {
			case "choice":
				got = r.Choice(argument(1))
			case "randint":
				got = r.Int(1000000, 9999999)
			case "sample":
				got, _ = r.Sample(argument(1), argument(2))
			case "choices":
				got = r.Choices(upper, argument(2))
			case "uuid":
				got = r.UUID()
			case "random":
				var want string
				if err := json.Unmarshal(step[1], &want); err != nil {
					t.Fatal(err)
				}
				f, _ := strconv.ParseFloat(want, 64)
				if v := r.Float64(); v != f {
					t.Errorf("seed %s, step %d %s: %v, want %v", g.Seed.String(), i, name, v, f)
				}
				continue
			default:
				t.Fatalf("unknown step %q", name)
			}
			text, _ := json.Marshal(got)
			if want := strings.ReplaceAll(string(step[1]), " ", ""); string(text) != want {
				t.Errorf("seed %s, step %d %s: %s, want %s", g.Seed.String(), i, name, text, want)
			}
		}
	}
}

func TestNumPyDrawsWhatNumPyDraws(t *testing.T) {
	for _, g := range readGoldens(t).NumPy {
		n := NewNumPy(g.Seed)
		for i, want := range g.Values {
			if got := n.Int(10000, 99999); got != want {
				t.Errorf("seed %d, draw %d: %d, want %d", g.Seed, i, got, want)
			}
		}
		n = NewNumPy(g.Seed)
		for _, c := range g.Bounds {
			if got := n.Int(c[0].Int64(), c[1].Int64()); got != c[2].Int64() {
				t.Errorf("seed %d, randint(%s, %s) = %d, want %s", g.Seed, c[0].String(), c[1].String(), got, c[2].String())
			}
		}
	}
}

func TestAnImpossibleSampleIsAnErrorAndDrawsNothing(t *testing.T) {
	r := New(42)
	for _, c := range []struct{ n, k int }{{3, 4}, {3, -1}, {0, 1}} {
		if got, err := r.Sample(c.n, c.k); err == nil {
			t.Errorf("Sample(%d, %d) = %v, want an error", c.n, c.k, got)
		}
	}
	if r.Draws() != 0 {
		t.Errorf("%d words drawn, want none", r.Draws())
	}
}

func TestCallsReportEveryWordTaken(t *testing.T) {
	r := New(42)
	for _, c := range []struct {
		name string
		draw func()
		want uint64
	}{
		{"one bit", func() { r.bits(1) }, 1},
		{"33 bits", func() { r.bits(33) }, 2},
		{"a float", func() { r.Float64() }, 2},
		{"a UUID", func() { r.UUID() }, 4},
	} {
		before := r.Draws()
		if c.draw(); r.Draws()-before != c.want {
			t.Errorf("%s took %d words, want %d", c.name, r.Draws()-before, c.want)
		}
	}
}
