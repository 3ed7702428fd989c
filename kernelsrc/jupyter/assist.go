package jupyter

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	"longseq/kernelsrc/jupyter/wire"
)

// wordRequest is the content of a complete_request and of an inspect_request.
type wordRequest struct {
	Code   string `json:"code"`
	Cursor int    `json:"cursor_pos"` // in Unicode code points
	Detail int    `json:"detail_level"`
}

// readWord returns the request and the cursor as a byte offset in its code.
func readWord(m wire.Message) (request wordRequest, cursor int) {
	if err := json.Unmarshal(m.Content, &request); err != nil {
		return wordRequest{}, 0
	}
	for left := request.Cursor; left > 0 && cursor < len(request.Code); left-- {
		_, size := utf8.DecodeRuneInString(request.Code[cursor:])
		cursor += size
	}
	return request, cursor
}

func (k *kernel) complete(m wire.Message) (string, object) {
	request, cursor := readWord(m)
	if <-k.opened; k.engine == nil {
		return "", nil // the kernel ends
	}
	c := k.engine.Complete(context.Background(), request.Code, cursor)
	start := utf8.RuneCountInString(request.Code[:c.Start])
	end := utf8.RuneCountInString(request.Code[:c.End])
	matches, kinds := []string{}, []object{}
	for _, match := range c.Matches {
		matches = append(matches, match.Text)
		kinds = append(kinds, object{"text": match.Text, "type": match.Kind, "signature": match.Signature, "start": start, "end": end})
	}
	return "complete_reply", object{"status": "ok", "matches": matches, "cursor_start": start, "cursor_end": end,
		"metadata": object{"_jupyter_types_experimental": kinds}}
}

func (k *kernel) inspect(m wire.Message) (string, object) {
	request, cursor := readWord(m)
	content := object{"status": "ok", "found": false, "data": object{}, "metadata": object{}}
	if <-k.opened; k.engine == nil {
		return "", nil // the kernel ends
	}
	if markdown, text, found := k.engine.Inspect(context.Background(), request.Code, cursor, request.Detail > 0); found {
		content["found"], content["data"] = true, object{"text/markdown": markdown, "text/plain": text}
	}
	return "inspect_reply", content
}
