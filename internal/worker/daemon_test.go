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

// daemon returns a daemon for this test alone.
func daemon(t *testing.T, function string) Daemon {
	t.Helper()
	temp, err := os.MkdirTemp("", "worker") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	d := Daemon{Function: function, Dir: filepath.Join(temp, "w"), Owner: os.Getpid(), Idle: time.Minute}
	t.Cleanup(func() {
		if err := d.End(context.Background()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(d.Dir); err == nil {
			t.Errorf("%s is still there after the end", d.Dir)
		}
		if err := os.Remove(temp); err != nil {
			t.Error(err)
		}
	})
	return d
}

// number calls a function that reports one number.
func (d Daemon) number(ctx context.Context) (n int, err error) {
	err = d.Call(ctx, nil, func(report json.RawMessage) error { return json.Unmarshal(report, &n) })
	return n, err
}

func TestADaemonKeepsValuesBetweenCalls(t *testing.T) {
	d := daemon(t, "remember")
	for want := 1; want < 4; want++ {
		if got, err := d.number(t.Context()); got != want || err != nil {
			t.Errorf("call %d is number %d, %v", want, got, err)
		}
	}
	if err := d.End(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := d.number(t.Context()); got != 1 || err != nil {
		t.Errorf("a new worker's first call is number %d, %v", got, err)
	}
}

func TestManyCallersStartOneDaemon(t *testing.T) {
	d := daemon(t, "remember")
	var mu sync.Mutex
	seen := make(map[int]bool)
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			n, err := d.number(t.Context())
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

func TestADaemonIsInterrupted(t *testing.T) {
	d := daemon(t, "wait")
	for range 2 { // and goes on
		ctx, cancel := context.WithCancel(t.Context())
		var got []string
		err := d.Call(ctx, nil, func(report json.RawMessage) error {
			got = append(got, string(report))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || strings.Join(got, " ") != `"ready" "kept"` {
			t.Errorf("reported %q, %v", got, err)
		}
	}
}

func TestFailuresOfADaemonAreOneLine(t *testing.T) {
	for function, want := range map[string]string{
		"fail":  "the disk is full",
		"crash": "worker crash ended in the middle of a call: broke; the next call starts it again",
		"die":   "worker die ended in the middle of a call: panic: no such device; the next call starts it again",
	} {
		d := daemon(t, function)
		for range 2 {
			if err := d.Call(t.Context(), nil, nil); err == nil || err.Error() != want {
				t.Errorf("%s: got  %v\nwant %s", function, err, want)
			}
		}
	}
	d := Daemon{Function: "fail", Dir: strings.Repeat("x", 200)}
	if err := d.Call(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "set TMPDIR") {
		t.Errorf("a long path gives %v", err)
	}
}

// On a busy machine a daemon that dies at once is often gone before its caller goes on.
func TestManyCallersOfDyingDaemonsHearWhy(t *testing.T) {
	const want = "worker die ended in the middle of a call: panic: no such device; the next call starts it again"
	var callers sync.WaitGroup
	for range 24 {
		d := daemon(t, "die")
		callers.Go(func() {
			if err := d.Call(t.Context(), nil, nil); err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
	callers.Wait()
}

func TestAnIdleDaemonEndsAndRemovesItsFolder(t *testing.T) {
	d := daemon(t, "remember")
	d.Idle = 50 * time.Millisecond
	if _, err := d.number(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if _, err := os.Stat(d.Dir); err != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := os.Stat(d.Dir); err == nil {
		t.Error("its folder is still there")
	}
	if got, err := d.number(t.Context()); got != 1 || err != nil {
		t.Errorf("after its end the first call is number %d, %v", got, err)
	}
}

// TestCallsAreNotLostWhenIdleDaemonsEnd calls a daemon that ends after each call.
func TestCallsAreNotLostWhenIdleDaemonsEnd(t *testing.T) {
	d := daemon(t, "remember")
	d.Idle = time.Millisecond
	for i := range 30 {
		time.Sleep(time.Duration(i%7) * 500 * time.Microsecond)
		if _, err := d.number(t.Context()); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
}

func TestADaemonOfAnotherIdentityIsReplaced(t *testing.T) {
	d := daemon(t, "remember")
	for i, call := range []struct {
		identity string
		want     int // number of the call to its daemon
	}{{"", 1}, {"", 2}, {"new", 1}, {"new", 2}, {"", 1}} {
		d.Identity = call.identity
		if got, err := d.number(t.Context()); got != call.want || err != nil {
			t.Errorf("call %d, of identity %q, is number %d, %v, want %d", i, call.identity, got, err, call.want)
		}
	}
}

func TestTheLastCallSaysHowLongADaemonMayBeIdle(t *testing.T) {
	d := daemon(t, "remember")
	d.Idle = 300 * time.Millisecond
	if _, err := d.number(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Idle = time.Hour
	before, err := d.number(t.Context()) // 2, unless the machine is so busy that it came too late
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(600 * time.Millisecond)
	if got, err := d.number(t.Context()); got != before+1 || err != nil {
		t.Errorf("after a longer time was set the next call is number %d, %v, want %d", got, err, before+1)
	}
	d.Idle = 50 * time.Millisecond
	if _, err := d.number(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if _, err := os.Stat(d.Dir); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("after a shorter time was set the daemon does not end")
}
