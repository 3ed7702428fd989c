package jupyter

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestOnlyAServersKernelIsLimited(t *testing.T) {
	t.Setenv("JPY_SESSION_NAME", "")
	for file, limited := range map[string]bool{
		"/run/kernel-28914dfb-4d10-479a-986c-29ecb153e320.json": true,  // jupyter_server
		"/run/kernel-4711.json":                                 false, // jupyter console
		"/tmp/tmpa2b3c4d5.json":                                 false, // nbclient
	} {
		if limit := newRateLimit(file); (limit != nil) != limited {
			t.Errorf("%s: %v", file, limit)
		}
	}
	t.Setenv("JPY_SESSION_NAME", "notebook.ipynb")
	if newRateLimit("/tmp/tmpa2b3c4d5.json") == nil {
		t.Error("a session of a server is not limited")
	}
}

func TestTheLimitIsBelowTheServers(t *testing.T) {
	// The server averages over 3 seconds, and may read nothing for a second before.
	const window = 4 * time.Second
	l := newRateLimit("kernel-28914dfb-4d10-479a-986c-29ecb153e320.json")
	for name, bytes := range map[string]int{"small messages": headBytes, "large ones": 6 * maxTextBytes} {
		l.reset()
		now := time.Now()
		var sent []time.Time
		for range 10_000 {
			now = now.Add(l.take(bytes, now))
			sent = append(sent, now)
			first := 0
			for now.Sub(sent[first]) >= window {
				first++
			}
			sent = sent[first:]
			if n := len(sent); n > 3000 || n*bytes > 3_000_000 {
				t.Fatalf("%s: %d messages, %d bytes in %v", name, n, n*bytes, window)
			}
		}
	}
}

func TestTextIsCutAtWholeCharacters(t *testing.T) {
	l := newRateLimit("kernel-28914dfb-4d10-479a-986c-29ecb153e320.json")
	for _, text := range []string{"", "a", strings.Repeat("äöü!", 50_000), strings.Repeat("a", maxTextBytes+1), strings.Repeat("\x80", 3*maxTextBytes)} {
		pieces := l.pieces(text)
		if strings.Join(pieces, "") != text {
			t.Errorf("%d bytes become others", len(text))
		}
		for _, piece := range pieces {
			if len(piece) > maxTextBytes || utf8.ValidString(text) && !utf8.ValidString(piece) {
				t.Errorf("a piece has %d bytes, or half a character", len(piece))
			}
		}
	}
	if pieces := (*rateLimit)(nil).pieces(strings.Repeat("a", 1<<20)); len(pieces) != 1 {
		t.Errorf("without a limit there are %d pieces", len(pieces))
	}
}
