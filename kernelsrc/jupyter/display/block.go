package display

import (
	"crypto/rand"
	"fmt"
	"sync"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// A Block is an output that is replaced in place whenever something new is shown in it, such as a
// curve that grows while a sweep runs. In a plain program, Flush prints what it showed last.
type Block struct {
	id string
}

// NewBlock returns an empty block. Nothing appears before something is shown in it.
func NewBlock() *Block { return &Block{id: newID()} }

// newID returns an identifier that no other run has used: the kernel would update the output of
// an earlier run otherwise, and show nothing new.
func newID() string { return "longseq-" + rand.Text() }

// Figure shows a figure; see the function Figure.
func (b *Block) Figure(svg, png []byte, alt string) { show(b.id, figureData(svg, png, alt)) }

// Markdown shows formatted text.
func (b *Block) Markdown(text string) { show(b.id, markdownData(text)) }

// HTML shows HTML; see the function HTML.
func (b *Block) HTML(html, text string) { show(b.id, htmlData(html, text)) }

// show sends alternatives of one output to the kernel, or prints the plain one.
func show(id string, data map[string]any) {
	if InNotebook() {
		kernel().send(protocol.Display{Data: data, DisplayID: id})
		return
	}
	text, _ := data["text/plain"].(string)
	plain.print(id, text)
}

// plain is the standard output of a program that is in no notebook.
var plain plainOutput

// plainOutput prints text at once, and that of blocks at a flush.
type plainOutput struct {
	mu    sync.Mutex
	order []string          // identifiers of the blocks to print, in order of their first text
	texts map[string]string // the last text of each
}

func (p *plainOutput) print(id, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if id == "" {
		fmt.Println(text)
		return
	}
	if p.texts == nil {
		p.texts = make(map[string]string)
	}
	if _, known := p.texts[id]; !known {
		p.order = append(p.order, id)
	}
	p.texts[id] = text
}

func (p *plainOutput) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range p.order {
		fmt.Println(p.texts[id])
	}
	p.order, p.texts = nil, nil
}
