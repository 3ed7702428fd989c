package jupyter

import (
	"encoding/json"
	"runtime"
	"strings"

	"longseq/kernelsrc/jupyter/dialect"
	"longseq/kernelsrc/jupyter/wire"
)

// answer returns the type and content of the reply to a request. If the type is "", there is none.
type answer func(k *kernel, m wire.Message) (replyType string, content object)

// requests holds the requests that are answered at once, by type.
var requests = map[string]answer{
	"kernel_info_request": (*kernel).kernelInfo,
	"history_request":     (*kernel).history,
	"comm_info_request":   (*kernel).commInfo,
	"comm_open":           (*kernel).commOpen,
	"is_complete_request": (*kernel).isComplete,
	"complete_request":    (*kernel).complete,
	"inspect_request":     (*kernel).inspect,
	"interrupt_request":   (*kernel).interrupted,
	"shutdown_request":    (*kernel).shutdown,

	"create_subshell_request": (*kernel).createSubshell,
	"delete_subshell_request": (*kernel).deleteSubshell,
	"list_subshell_request":   (*kernel).listSubshells,
}

func (k *kernel) kernelInfo(wire.Message) (string, object) {
	goVersion := strings.TrimPrefix(runtime.Version(), "go")
	return "kernel_info_reply", object{
		"status":                 "ok",
		"protocol_version":       wire.Version,
		"implementation":         kernelName,
		"implementation_version": version(),
		"banner":                 "Go notebooks (longseq " + version() + "): %help lists the special lines",
		"help_links":             []object{{"text": "The Go language", "url": "https://go.dev/doc/"}},
		"supported_features":     []string{"kernel subshells"},
		"language_info": object{
			"name":            "go",
			"version":         goVersion,
			"mimetype":        "text/x-go",
			"file_extension":  ".go",
			"pygments_lexer":  "go",
			"codemirror_mode": "go",
		},
	}
}

func (k *kernel) history(wire.Message) (string, object) {
	return "history_reply", object{"status": "ok", "history": []any{}}
}

func (k *kernel) commInfo(wire.Message) (string, object) {
	return "comm_info_reply", object{"status": "ok", "comms": object{}}
}

// commOpen closes the comm again: this kernel has no comm targets.
func (k *kernel) commOpen(m wire.Message) (string, object) {
	var content struct {
		CommID string `json:"comm_id"`
	}
	if err := json.Unmarshal(m.Content, &content); err == nil {
		k.publish(m, "comm_close", object{"comm_id": content.CommID, "data": object{}})
	}
	return "", nil
}

func (k *kernel) isComplete(m wire.Message) (string, object) {
	var content struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(m.Content, &content); err != nil {
		return "is_complete_reply", object{"status": "unknown"}
	}
	switch state, depth := dialect.IsComplete(content.Code); state {
	case dialect.Incomplete:
		return "is_complete_reply", object{"status": "incomplete", "indent": strings.Repeat("\t", depth)}
	case dialect.Invalid:
		return "is_complete_reply", object{"status": "invalid"}
	}
	return "is_complete_reply", object{"status": "complete"}
}

func (k *kernel) interrupted(wire.Message) (string, object) {
	return "interrupt_reply", object{"status": "ok"}
}

func (k *kernel) shutdown(m wire.Message) (string, object) {
	var content struct {
		Restart bool `json:"restart"`
	}
	if err := json.Unmarshal(m.Content, &content); err != nil {
		content.Restart = false
	}
	return "shutdown_reply", object{"status": "ok", "restart": content.Restart}
}
