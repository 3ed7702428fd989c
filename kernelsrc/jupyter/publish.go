package jupyter

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"log/slog"

	"longseq/kernelsrc/jupyter/wire"
)

func newSession() string { return rand.Text() }

// object is a JSON object, such as the content of a message.
type object = map[string]any

// message returns a message that answers a request. An empty request gives one that answers none.
func (k *kernel) message(request wire.Message, msgType string, content object) wire.Message {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(content); err != nil {
		// Cannot happen: contents hold what JSON can encode; see engine.Display.
		slog.Error("message left out", "type", msgType, "error", err)
	}
	return wire.Message{
		Identities: request.Identities,
		Header:     wire.NewHeader(k.session, msgType),
		Parent:     request.RawHeader,
		Content:    bytes.TrimSpace(text.Bytes()),
	}
}

// reply sends the reply to a request on the channel that it came from.
func (k *kernel) reply(on wire.Channel, request wire.Message, msgType string, content object) {
	if err := k.sockets.Send(on, k.message(request, msgType, content)); err != nil {
		slog.Error("reply", "type", msgType, "error", err)
	}
}

// publish sends a message caused by a request to all clients.
func (k *kernel) publish(request wire.Message, msgType string, content object) {
	k.send(msgType, k.message(request, msgType, content))
}

// send sends a message to all clients.
func (k *kernel) send(msgType string, m wire.Message) {
	if err := k.sockets.Publish("kernel."+k.session+"."+msgType, m); err != nil {
		slog.Error("publish", "type", msgType, "error", err)
	}
}

// status publishes the kernel's state, starting, busy or idle, for a request.
func (k *kernel) status(request wire.Message, state string) {
	k.publish(request, "status", object{"execution_state": state})
}

// welcome sends iopub_welcome to a client that has subscribed to iopub: from now on it misses no message.
func (k *kernel) welcome(topic string, to wire.Reply) {
	<-k.ready
	if err := to(k.message(wire.Message{}, "iopub_welcome", object{"subscription": topic})); err != nil {
		slog.Error("publish", "type", "iopub_welcome", "error", err)
	}
}
