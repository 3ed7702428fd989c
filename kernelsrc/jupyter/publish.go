package jupyter

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"log/slog"

	"longseq/kernelsrc/jupyter/wire"
)

func newSession() string { return rand.Text() }

// object is the content of a message.
type object = map[string]any

// message makes an answer to a request; without a request, to nothing.
func (k *kernel) message(request wire.Message, msgType string, content object) wire.Message {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(content); err != nil {
		// Contents are made of what JSON can hold; see engine.Display.
		slog.Error("message left out", "type", msgType, "error", err)
	}
	return wire.Message{
		Identities: request.Identities,
		Header:     wire.NewHeader(k.session, msgType),
		Parent:     request.RawHeader,
		Content:    bytes.TrimSpace(text.Bytes()),
	}
}

// reply answers a request on the channel it came from.
func (k *kernel) reply(on wire.Channel, request wire.Message, msgType string, content object) {
	if err := k.sockets.Send(on, k.message(request, msgType, content)); err != nil {
		slog.Error("reply", "type", msgType, "error", err)
	}
}

// publish tells all clients something that comes of a request.
func (k *kernel) publish(request wire.Message, msgType string, content object) {
	k.send(msgType, k.message(request, msgType, content))
}

// send sends a message to all clients.
func (k *kernel) send(msgType string, m wire.Message) {
	if err := k.sockets.Publish("kernel."+k.session+"."+msgType, m); err != nil {
		slog.Error("publish", "type", msgType, "error", err)
	}
}

// status tells whether the kernel is busy with a request.
func (k *kernel) status(request wire.Message, state string) {
	k.publish(request, "status", object{"execution_state": state})
}

// welcome greets a client that has subscribed to iopub, so that it knows that it will miss nothing.
func (k *kernel) welcome(topic string, to wire.Reply) {
	<-k.ready
	if err := to(k.message(wire.Message{}, "iopub_welcome", object{"subscription": topic})); err != nil {
		slog.Error("publish", "type", "iopub_welcome", "error", err)
	}
}
