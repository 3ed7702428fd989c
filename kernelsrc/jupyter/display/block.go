package display

import (
	"crypto/rand"
	"fmt"
	"sync"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// Block is an output whose content can be replaced, such as a curve that grows while a sweep runs. In a plain program,
// Flush prints the last content.
type Block struct {
	id string
}

// NewBlock returns an empty block. It appears when something is first shown in it.
func NewBlock() *Block { return &Block{id: newID()} }

// newID returns a display id that no other run has used. With that of an earlier run, the kernel would update the output
// of that run.
func newID() string { return "longseq-" + rand.Text() }

// Figure shows a figure in the block; see the function Figure.
func (b *Block) Figure(svg, png []byte, alt string) { show(b.id, figureData(svg, png, alt)) }

// HTML shows HTML in the block; see the function HTML.
func (b *Block) HTML(html, text string) { show(b.id, htmlData(html, text)) }

// show sends an output to the kernel, or prints its plain text. data holds one content in alternative formats.
func show(id string, data map[string]any) {
	if InNotebook() {
		kernel().send(protocol.Display{Data: data, DisplayID: id})
		return
	}
	text, _ := data["text/plain"].(string)
	plain.print(id, text)
}

// plain is the standard output of a program that is not a notebook cell.
var plain plainOutput

// plainOutput prints text at once, and the text of blocks at a flush.
type plainOutput struct {
	mu    sync.Mutex
	order []string          // ids of the blocks to print, in the order of their first text
	texts map[string]string // last text of each block
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
