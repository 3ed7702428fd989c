// Package protocol holds the values that a cell's program and its kernel send each other, encoded
// by gob, through the two named pipes of a run. The kernel and package display share it.
package protocol

import (
	"encoding/gob"
	"fmt"
	"sync"
)

// Environment variables of a cell's program: the pipe to the kernel and the pipe back. The program
// opens them in this order, at its first display. A program without them is in no notebook.
const (
	PipeEnv     = "GONB_PIPE"
	BackPipeEnv = "GONB_PIPE_BACK"
)

// Keys of Display.Data that are no MIME types: what they hold is for the kernel, not for the page.
const (
	CommValueKey    = "gonb/comm_value"    // holds a CommValue
	InputRequestKey = "gonb/jupyter_input" // holds an InputRequest
)

// Addresses of the flush: the program sends a number to SyncAddress, and the kernel, after handling
// all that came before, sends the same number back to SyncAckAddress.
const (
	SyncAddress    = "#gonbui/sync"
	SyncAckAddress = "#gonbui/sync_ack"
)

// Display is the only value that a program sends. Data maps MIME types to contents, text as string
// and all else as []byte, which are alternatives of one output. A later Display of the same
// DisplayID replaces the output in place.
type Display struct {
	Data      map[string]any
	Metadata  map[string]any
	DisplayID string
}

// InputRequest asks the user for a line, which arrives on the program's standard input.
type InputRequest struct {
	Prompt   string
	Password bool
}

// CommValue is a value sent to, or with Request asked of, an address. It is also the only value
// that the kernel sends.
type CommValue struct {
	Address string
	Request bool
	Value   any
}

// CommSubscription asks for, or ends, a program's share in what arrives at an address.
type CommSubscription struct {
	Address     string
	Unsubscribe bool
}

var register = sync.OnceValue(func() (err error) {
	// Another client of the same protocol in the same program may have taken the names before.
	defer func() {
		if taken := recover(); taken != nil {
			err = fmt.Errorf("register display protocol: %v", taken)
		}
	}()
	const path = "github.com/janpfeifer/gonb/gonbui/protocol."
	for _, value := range []any{[]int{}, []float64{}, []string{}, map[string]int{}, map[string]float64{},
		map[string]string{}, map[string]any{}, []any{}} {
		gob.Register(value)
	}
	gob.RegisterName(path+"InputRequest", InputRequest{})
	gob.RegisterName(path+"CommValue", CommValue{})
	gob.RegisterName(path+"CommSubscription", CommSubscription{})
	return nil
})

// Register makes gob know the values inside a Display, under the names that every side of the
// protocol uses. It is to be called before encoding or decoding, and may be called again. It fails
// in a program that holds another implementation of the protocol; text and images travel all the
// same.
func Register() error { return register() }
