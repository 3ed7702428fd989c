// Package protocol defines the values that a cell's program and the kernel send each other through two named pipes, as
// gob encodes them. It is GoNB's protocol. The kernel and package display share this package.
//
//	display       an output, from the program to the kernel
//	flush         a request of the program for an answer when all its displays are handled
//	input request a question to the user; the answer goes to the program's standard input
//	comm          GoNB's communication between a program and a page, by addresses; here only a flush uses it
package protocol

import (
	"encoding/gob"
	"fmt"
	"sync"
)

// Environment variables that name the pipe to the kernel and the pipe back. The program opens them in this order, at its
// first display. A program without them is not a notebook cell.
const (
	PipeEnv     = "GONB_PIPE"
	BackPipeEnv = "GONB_PIPE_BACK"
)

// Keys of Display.Data that are not MIME types: their values are for the kernel.
const (
	CommValueKey    = "gonb/comm_value"    // holds a CommValue
	InputRequestKey = "gonb/jupyter_input" // holds an InputRequest
)

// Addresses of a flush. The program sends a number to SyncAddress. After handling everything before it, the kernel sends
// the number back to SyncAckAddress.
const (
	SyncAddress    = "#gonbui/sync"
	SyncAckAddress = "#gonbui/sync_ack"
)

// Display is the only value that a program sends. Data maps MIME types to alternative contents of one output, text as
// string and everything else as []byte. A later Display with the same DisplayID replaces the output.
type Display struct {
	Data      map[string]any
	Metadata  map[string]any
	DisplayID string
}

// InputRequest asks the user for a line, which is written to the program's standard input.
type InputRequest struct {
	Prompt   string
	Password bool
}

// CommValue is a value that is sent to an address or, with Request, asked of it. It is also the only value that the
// kernel sends.
type CommValue struct {
	Address string
	Request bool
	Value   any
}

// CommSubscription subscribes to the values that are sent to an address, or unsubscribes.
type CommSubscription struct {
	Address     string
	Unsubscribe bool
}

var register = sync.OnceValue(func() (err error) {
	// Another implementation of the protocol in the same program may have registered the names.
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

// Register registers the types of values inside a Display with gob, under the names that the protocol prescribes. It
// must be called before encoding or decoding, and may be called again. It fails in a program that holds another
// implementation of the protocol; text and images can be sent nevertheless.
func Register() error { return register() }
