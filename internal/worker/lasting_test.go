package worker

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// lasting returns a lasting worker for the test alone.
func lasting(t *testing.T, function string) Lasting {
	t.Helper()
	temp, err := os.MkdirTemp("", "worker") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	l := Lasting{Function: function, Dir: filepath.Join(temp, "w"), Owner: os.Getpid(), Idle: time.Minute}
	t.Cleanup(func() {
		if err := l.End(context.Background()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(l.Dir); err == nil {
			t.Errorf("%s is still there after the end", l.Dir)
		}
		if err := os.Remove(temp); err != nil {
			t.Error(err)
		}
	})
	return l
}

// number calls a function that reports one number.
func (l Lasting) number(ctx context.Context) (n int, err error) {
	err = l.Call(ctx, nil, func(report json.RawMessage) error { return json.Unmarshal(report, &n) })
	return n, err
}

func TestALastingWorkerRemembers(t *testing.T) {
	l := lasting(t, "remember")
	if !l.Since().IsZero() {
		t.Error("it was there before the first call")
	}
	for want := 1; want < 4; want++ {
		if got, err := l.number(t.Context()); got != want || err != nil {
			t.Errorf("call %d is number %d, %v", want, got, err)
		}
	}
	if since := time.Since(l.Since()); since > time.Minute {
		t.Errorf("it was started %v ago", since)
	}
	if err := l.End(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := l.number(t.Context()); got != 1 || err != nil {
		t.Errorf("a new worker's first call is number %d, %v", got, err)
	}
}

func TestManyCallersStartOneWorker(t *testing.T) {
	l := lasting(t, "remember")
	var mu sync.Mutex
	seen := make(map[int]bool)
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			n, err := l.number(t.Context())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[n] = true
		})
	}
	callers.Wait()
	if len(seen) != 20 {
		t.Errorf("20 calls have the numbers %v", seen)
	}
}

func TestALastingWorkerIsInterrupted(t *testing.T) {
	l := lasting(t, "wait")
	for range 2 { // and goes on
		ctx, cancel := context.WithCancel(t.Context())
		var got []string
		err := l.Call(ctx, nil, func(report json.RawMessage) error {
			got = append(got, string(report))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || strings.Join(got, " ") != `"ready" "kept"` {
			t.Errorf("reported %q, %v", got, err)
		}
	}
}

func TestFailuresOfALastingWorkerAreOneLine(t *testing.T) {
	for function, want := range map[string]string{
		"fail":  "the disk is full",
		"crash": "worker crash ended in the middle of a call: broke; the next call starts it anew",
		"die":   "worker die ended in the middle of a call: panic: no such device; the next call starts it anew",
	} {
		l := lasting(t, function)
		for range 2 {
			if err := l.Call(t.Context(), nil, nil); err == nil || err.Error() != want {
				t.Errorf("%s: got  %v\nwant %s", function, err, want)
			}
		}
	}
	l := Lasting{Function: "fail", Dir: strings.Repeat("x", 200)}
	if err := l.Call(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "set TMPDIR") {
		t.Errorf("a long path gives %v", err)
	}
}

// On a busy machine a worker that dies at once is often gone before its caller goes on.
func TestManyCallersOfDyingWorkersHearWhy(t *testing.T) {
	const want = "worker die ended in the middle of a call: panic: no such device; the next call starts it anew"
	var callers sync.WaitGroup
	for range 24 {
		l := lasting(t, "die")
		callers.Go(func() {
			if err := l.Call(t.Context(), nil, nil); err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
	callers.Wait()
}

func TestAnIdleWorkerEndsAndTakesItsFolderAlong(t *testing.T) {
	l := lasting(t, "remember")
	l.Idle = 50 * time.Millisecond
	if _, err := l.number(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if _, err := os.Stat(l.Dir); err != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := os.Stat(l.Dir); err == nil {
		t.Error("its folder is still there")
	}
	if got, err := l.number(t.Context()); got != 1 || err != nil {
		t.Errorf("after its end the first call is number %d, %v", got, err)
	}
}

// TestCallsAreNotLostAtTheEndOfIdleWorkers calls a worker that ends all the time.
func TestCallsAreNotLostAtTheEndOfIdleWorkers(t *testing.T) {
	l := lasting(t, "remember")
	l.Idle = time.Millisecond
	for i := range 30 {
		time.Sleep(time.Duration(i%7) * 500 * time.Microsecond)
		if _, err := l.number(t.Context()); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
}
