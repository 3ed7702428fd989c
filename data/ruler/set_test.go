package ruler

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/data"
)

// samplesOf makes a task's first n samples at once, as a set is to hand them out.
func samplesOf(t *testing.T, opts Options, n int) []data.Sample {
	t.Helper()
	opts.Samples = n
	made, err := Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]data.Sample, n)
	for i, s := range made {
		samples[i] = s.Data()
	}
	return samples
}

func TestASetHandsOutTheSamplesOfTheFileInAnyOrder(t *testing.T) {
	for _, name := range []string{"niah_multivalue", "vt", "fwe", "qa_1"} {
		task, err := TaskNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		opts := Default(task, 4096)
		opts.Samples = 6
		want := samplesOf(t, opts, 6)
		set, err := NewSet(opts, WhiteSpace{}, builtInSources(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, number := range []int{2, 0, 5, 1, 1, 4, 3, 5, 0} {
			got, err := set.Sample(number)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[number], got); diff != "" {
				t.Fatalf("%s: sample %d differs from the file's (-file +set):\n%s", name, number, diff)
			}
		}
		for _, number := range []int{-1, 6} {
			if _, err := set.Sample(number); err == nil {
				t.Errorf("%s has a sample %d of 6", name, number)
			}
		}
	}
}

func TestASetFillsFromWhereRULERWouldNeverEnd(t *testing.T) {
	task, err := TaskNamed("qa_2")
	if err != nil {
		t.Fatal(err)
	}
	opts := Default(task, 512)
	set, err := NewSet(opts, WhiteSpace{}, builtInSources(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set.Sample(1); !IsStuck(err) {
		t.Fatalf("error %v, want one that says RULER never ends", err)
	}
	set.FillStuck = true
	opts.Fill = true
	want := samplesOf(t, opts, 3)
	for _, number := range []int{2, 1, 2, 0} {
		got, err := set.Sample(number)
		if err != nil {
			t.Fatal(err)
		}
		if got.Variant != Filled {
			t.Errorf("sample %d is not marked as filled", number)
		}
		if diff := cmp.Diff(want[number], got); diff != "" {
			t.Errorf("sample %d is not the filled one (-want +got):\n%s", number, diff)
		}
	}
}
