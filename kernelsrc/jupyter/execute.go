package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"longseq/kernelsrc/jupyter/engine"
	"longseq/kernelsrc/jupyter/wire"
)

// abortGrace is how long the reply to a failed cell is delayed. Requests that the client sent before are in the queue
// by then, and are aborted.
const abortGrace = 20 * time.Millisecond

// executeRequest is the content of an execute_request.
type executeRequest struct {
	Code         string `json:"code"`
	Silent       bool   `json:"silent"`
	StoreHistory *bool  `json:"store_history"`
	AllowStdin   bool   `json:"allow_stdin"`
	StopOnError  *bool  `json:"stop_on_error"`
	// Expressions are evaluated after the cell, and their values sent in the reply: an object of strings.
	Expressions json.RawMessage `json:"user_expressions"`
}

// orTrue returns the value of an optional field that is true by default.
func orTrue(set *bool) bool { return set == nil || *set }

// serveExecute runs one cell of a subshell and answers its request.
func (k *kernel) serveExecute(ctx context.Context, s *subshell, m wire.Message) {
	var request executeRequest
	if err := json.Unmarshal(m.Content, &request); err != nil {
		request = executeRequest{}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	count := k.begin(s, m, request, cancel)
	k.status(m, "busy")
	if !request.Silent {
		k.publish(m, "execute_input", object{"code": request.Code, "execution_count": count})
	}
	out := &cellOutput{kernel: k, shell: s, request: m, silent: request.Silent, allowInput: request.AllowStdin, ctx: ctx}
	k.limit.reset()
	err := k.engine.Execute(ctx, engine.Cell{Count: count, Source: request.Code}, out)
	values := object{}
	if err == nil {
		values = k.evaluate(ctx, request.Expressions)
	}
	interrupted := ctx.Err() != nil
	k.finish(s)

	content := object{"status": "ok", "execution_count": count, "payload": []any{}, "user_expressions": values}
	var aborted []wire.Message
	if err != nil {
		failure := errorContent(err)
		if !request.Silent {
			k.publish(m, "error", failure)
		}
		content = object{"status": "error", "execution_count": count}
		for key, value := range failure {
			content[key] = value
		}
		if orTrue(request.StopOnError) || interrupted {
			time.Sleep(abortGrace)
			aborted = s.queue.takeAll()
		}
	}
	k.reply(wire.Shell, m, "execute_reply", content)
	k.status(m, "idle")
	k.abort(aborted)
}

// abort answers requests that are not served.
func (k *kernel) abort(requests []wire.Message) {
	for _, waiting := range requests {
		k.status(waiting, "busy")
		k.reply(wire.Shell, waiting, "execute_reply", object{"status": "aborted"})
		k.status(waiting, "idle")
	}
}

// evaluate returns the values of expressions by their names, each with a status of its own: a wrong one fails neither the
// cell nor the others.
func (k *kernel) evaluate(ctx context.Context, text json.RawMessage) object {
	values := object{}
	var expressions map[string]string
	if json.Unmarshal(text, &expressions) != nil {
		return values // there are none
	}
	for _, name := range slices.Sorted(maps.Keys(expressions)) {
		data, err := k.engine.Evaluate(ctx, expressions[name])
		if err == nil {
			values[name] = object{"status": "ok", "data": data, "metadata": object{}}
			continue
		}
		failure := errorContent(err)
		failure["status"] = "error"
		values[name] = failure
	}
	return values
}

// begin sets the running request and returns its execution count.
func (k *kernel) begin(s *subshell, m wire.Message, request executeRequest, interrupt context.CancelFunc) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	s.running, s.interrupt = m, interrupt
	if !request.Silent && orTrue(request.StoreHistory) {
		k.count++
		return k.count
	}
	return max(k.count, 1)
}

func (k *kernel) finish(s *subshell) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s.running, s.interrupt = wire.Message{}, nil
	s.asked, s.answers = "", nil
}

// errorContent returns an error as messages and notebook files hold it.
func errorContent(err error) object {
	var failed *engine.CellError
	if !errors.As(err, &failed) {
		failed = &engine.CellError{Name: "KernelError", Value: err.Error(), Traceback: []string{err.Error()}}
	}
	return object{"ename": failed.Name, "evalue": failed.Value, "traceback": slices.Concat([]string{}, failed.Traceback)}
}

// cellOutput publishes the outputs of a cell. It implements engine.Output.
type cellOutput struct {
	kernel     *kernel
	shell      *subshell
	request    wire.Message
	silent     bool
	allowInput bool
	ctx        context.Context
}

// Stream implements engine.Output.
func (o *cellOutput) Stream(name, text string) {
	if o.silent {
		return
	}
	for _, piece := range o.kernel.limit.pieces(text) {
		m := o.kernel.message(o.request, "stream", object{"name": name, "text": piece})
		o.kernel.limit.wait(len(m.Content) + headBytes)
		o.kernel.send("stream", m)
	}
}

// Display implements engine.Output.
func (o *cellOutput) Display(d engine.Display) {
	if o.silent {
		return
	}
	msgType, content := displayContent(d)
	o.kernel.limit.wait(0)
	o.kernel.publish(o.request, msgType, content)
}

// displayContent returns the type and content of the message for a display.
func displayContent(d engine.Display) (msgType string, content object) {
	metadata, transient := d.Metadata, object{}
	if metadata == nil {
		metadata = object{}
	}
	if d.ID != "" {
		transient["display_id"] = d.ID
	}
	msgType = "display_data"
	if d.Update {
		msgType = "update_display_data"
	}
	return msgType, object{"data": d.Data, "metadata": metadata, "transient": transient}
}

// Input implements engine.Output. It returns io.EOF if the client does not accept input requests.
func (o *cellOutput) Input(prompt string, password bool) (string, error) {
	if !o.allowInput {
		return "", io.EOF
	}
	k := o.kernel
	answers := make(chan string, 1)
	question := k.message(o.request, "input_request", object{"prompt": prompt, "password": password})
	k.mu.Lock()
	o.shell.asked, o.shell.answers = question.Header.MsgID, answers
	k.mu.Unlock()
	if err := k.sockets.Send(wire.Stdin, question); err != nil {
		return "", err
	}
	select {
	case line := <-answers:
		return line, nil
	case <-o.ctx.Done():
		return "", o.ctx.Err()
	}
}

// inputReply passes the line that the user typed to the cell that waits for it.
func (k *kernel) inputReply(m wire.Message) {
	var content struct {
		Value string `json:"value"`
	}
	if m.Header.MsgType != "input_reply" || json.Unmarshal(m.Content, &content) != nil {
		return
	}
	var question wire.Header
	json.Unmarshal(m.Parent, &question) // some clients do not name the question
	var waiting *subshell
	for _, s := range k.shells() {
		k.mu.Lock()
		if s.answers != nil && (waiting == nil || s.asked == question.MsgID) {
			waiting = s
		}
		k.mu.Unlock()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if waiting != nil && waiting.answers != nil {
		waiting.answers <- content.Value
		waiting.asked, waiting.answers = "", nil
	}
}
